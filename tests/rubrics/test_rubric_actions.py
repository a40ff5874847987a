"""Import, review and publication of task versions, on the real database."""

import uuid
from dataclasses import replace

import pytest

from rubrics.actions import import_task, publish_task, review_task
from rubrics.errors import RubricError
from rubrics.models import TaskVersion
from rubrics.queries import definition_of, published_version, published_versions

AUTHOR, REVIEWER = uuid.UUID(int=1), uuid.UUID(int=2)
pytestmark = pytest.mark.django_db


def published(definition):
    version, _ = import_task(definition=definition, actor_id=AUTHOR)
    review_task(version_id=version.pk, actor_id=REVIEWER, accepted=True, comment="solved at the bench")
    return publish_task(version_id=version.pk)


def test_importing_twice_keeps_one_version(tasks):
    first = import_task(definition=tasks["PT-ECW-1"], actor_id=AUTHOR)
    again = import_task(definition=tasks["PT-ECW-1"], actor_id=REVIEWER)
    assert (first[1], again[1]) == (True, False)
    assert first[0] == again[0]
    assert TaskVersion.objects.count() == 1


def test_a_changed_task_becomes_the_next_version_and_leaves_the_first_as_it_was(tasks):
    first = published(tasks["PT-ECW-1"])
    second = published(replace(tasks["PT-ECW-1"], title="Isolate and wire"))
    assert [version.number for version in TaskVersion.objects.all()] == [1, 2]
    assert published_version("PT-ECW-1") == second
    first.refresh_from_db()
    assert definition_of(first) == tasks["PT-ECW-1"]


def test_draft_content_is_a_sample(tasks):
    draft, _ = import_task(definition=tasks["PT-ECW-1"], actor_id=AUTHOR)
    operational, _ = import_task(definition=replace(tasks["PT-ECW-1"], status="operational"), actor_id=AUTHOR)
    assert (draft.sample, operational.sample) == (True, False)


def test_nobody_reviews_what_they_imported(tasks):
    version, _ = import_task(definition=tasks["PT-ECW-1"], actor_id=AUTHOR)
    with pytest.raises(RubricError) as caught:
        review_task(version_id=version.pk, actor_id=AUTHOR, accepted=True, comment="fine")
    assert (caught.value.code, version.reviews.count()) == ("two_people", 0)


def test_an_empty_comment_is_refused(tasks):
    version, _ = import_task(definition=tasks["PT-ECW-1"], actor_id=AUTHOR)
    with pytest.raises(RubricError) as caught:
        review_task(version_id=version.pk, actor_id=REVIEWER, accepted=True, comment="  ")
    assert caught.value.code == "comment"


def test_the_latest_review_decides_on_publication(tasks):
    version, _ = import_task(definition=tasks["PT-ECW-1"], actor_id=AUTHOR)
    with pytest.raises(RubricError) as unreviewed:
        publish_task(version_id=version.pk)
    review_task(version_id=version.pk, actor_id=REVIEWER, accepted=True, comment="good")
    review_task(version_id=version.pk, actor_id=uuid.UUID(int=3), accepted=False, comment="limit of 1.08 is wrong")
    with pytest.raises(RubricError) as rejected:
        publish_task(version_id=version.pk)
    assert unreviewed.value.code == rejected.value.code == "not_reviewed"


def test_a_published_version_is_not_published_or_reviewed_again(tasks):
    version = published(tasks["PT-ECW-1"])
    with pytest.raises(RubricError) as twice:
        publish_task(version_id=version.pk)
    with pytest.raises(RubricError) as late:
        review_task(version_id=version.pk, actor_id=REVIEWER, accepted=False, comment="late")
    assert twice.value.code == late.value.code == "state"


def test_only_published_versions_are_found(tasks):
    import_task(definition=tasks["PT-ECW-2"], actor_id=AUTHOR)
    version = published(tasks["PT-ECW-1"])
    assert published_versions(["PT-ECW-1", "PT-ECW-2"]) == {"PT-ECW-1": version}
    with pytest.raises(RubricError) as caught:
        published_version("PT-ECW-2")
    assert caught.value.code == "not_found"
