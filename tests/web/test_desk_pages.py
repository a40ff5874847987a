"""The director's desk and the page that plans a sitting, asked as a browser asks."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assess import door
from assess.attempts.models import Stream
from assess.people.actions import declare_conflict
from assess.people.queries import actor
from assess.sittings.models import Assignment, Sitting
from assess.web.director.ageing import aged
from tests.web.sample_centre import Centre

HERE = "/director/"


def page(centre: Centre, who: str, path: str = HERE) -> str:
    return centre.browser(getattr(centre.people, who)).get(path).content.decode()


@pytest.mark.slow
def test_an_incident_that_one_person_upheld_needs_a_second_and_not_the_first_again(centre: Centre) -> None:
    said = {"attempt_id": centre.attempt.pk, "kind": "integrity", "words": "A second person stood at the bay."}
    incident = door.act(actor(centre.lives[0].posts["proctor:1"]), "proctoring.raise_incident", **said)
    assert "incident nobody has looked at" in page(centre, "director")
    door.act(
        actor(centre.candidate), "proctoring.reply_to_incident", incident_id=incident.pk, text="My trainer came by."
    )
    seen = {"incident_id": incident.pk, "finding": "upheld", "words": "Seen on the still."}
    door.act(actor(centre.people.director), "proctoring.review_incident", **seen)
    assert "incident that one person upheld needs a second person" in page(centre, "second_director")
    assert f"/proctor/incidents/{incident.pk}/" in page(centre, "second_director")
    assert "upheld" not in page(centre, "director")


@pytest.mark.slow
def test_a_duty_that_one_person_stated_waits_for_another_and_not_for_them(centre: Centre) -> None:
    assert "duties have no record that holds" in page(centre, "director")
    assert "no record that holds" not in page(centre, "board"), "stating a duty is a director's"
    asked = {
        "scheme_version_id": centre.version.pk,
        "duty": "right_to_award",
        "statement": "Decree 12.",
        "valid_until": timezone.now().date() + timedelta(days=400),
        "document_name": "decree.txt",
        "document": b"Decree 12",
    }
    door.act(actor(centre.people.director), "schemes.record_duty", **asked)
    assert "duty waits for a second name" not in page(centre, "director")
    for who in ("second_director", "board"):
        shown = page(centre, who)
        assert "duty waits for a second name" in shown
        assert f"/director/schemes/{centre.version.pk}/duties/" in shown


@pytest.mark.slow
def test_what_is_known_is_kept_until_the_next_act(centre: Centre, django_assert_max_num_queries: Any) -> None:
    """The second look reads little; after an act everything is looked at again."""
    browser = centre.browser(centre.people.director)
    assert "0 of 5 signed" in browser.get(HERE).content.decode()
    with django_assert_max_num_queries(75):
        browser.get(HERE)
    asked = {
        "scheme_version_id": centre.version.pk,
        "duty": "ownership",
        "statement": "Holders keep the file.",
        "valid_until": timezone.now().date() + timedelta(days=400),
        "document_name": "ownership.txt",
        "document": b"Ownership",
    }
    record = door.act(actor(centre.people.director), "schemes.record_duty", **asked)
    door.act(actor(centre.people.approvers[0]), "schemes.sign_duty", record_id=record.pk, comment="Read.")
    assert "1 of 5 signed" in browser.get(HERE).content.decode()


@pytest.mark.slow
def test_a_release_rule_waits_for_a_second_name(centre: Centre) -> None:
    asked = {
        "scheme_version_id": centre.version.pk,
        "check": "reliability",
        "reason": "Pilot window.",
        "expires_on": timezone.now().date() + timedelta(days=20),
    }
    rule = door.act(actor(centre.people.director), "awards.releases.propose_release", **asked)
    assert "release rule waits for a second name" in page(centre, "second_director")
    assert "release rule waits" not in page(centre, "director")
    door.act(actor(centre.people.second_director), "awards.releases.sign_release", rule_id=rule.pk)
    shown = page(centre, "director")
    assert "1 release rule</a>" in shown and "20 days left" in shown and "release rule waits" not in shown


@pytest.mark.slow
def test_a_desk_shows_today_and_what_is_not_there_yet(centre: Centre) -> None:
    shown = page(centre, "director")
    assert "Today&#x27;s sitting" in shown and "2 of 2 attempts are open" in shown
    assert "Nobody has a decision yet" in shown and "No study yet" in shown
    assert "Not there yet:" in shown and "No look at severity yet" in shown
    assert "Sittings today" in shown and "Plan a sitting" in shown
    assert "Plan a sitting" not in page(centre, "board"), "a board plans no sittings"


@pytest.mark.parametrize(
    ("made", "due", "state", "words"),
    [
        (None, None, "missing", "None yet"),
        (date(2026, 1, 1), None, "ok", "due in 11 months"),
        (date(2025, 4, 1), None, "soon", "due in 2 months"),
        (date(2025, 1, 1), None, "over", "over for a month"),
        (date(2026, 1, 1), date(2026, 2, 1), "soon", "due today"),
    ],
)
def test_evidence_ages_by_its_own_last_day_or_the_usual_span(
    made: date | None, due: date | None, state: str, words: str
) -> None:
    found = aged(name="Study", address="/", made_on=made, due_on=due, today=date(2026, 2, 1), kind="study")
    assert (found.state, found.words) == (state, words)


def plan(centre: Centre, **changed: str) -> Sitting | None:
    """Plan a sitting of the centre's scheme as the director's form does."""
    now = timezone.now()
    said = {
        "scheme": str(centre.version.pk),
        "title": "Spring sitting",
        "organisation": str(centre.people.organisation.pk),
        "site": "Hall 2",
        "starts_at": f"{now + timedelta(days=7):%Y-%m-%dT08:00}",
        "ends_at": f"{now + timedelta(days=7):%Y-%m-%dT17:00}",
    }
    centre.browser(centre.people.director).post("/director/plan/", said | changed)
    return Sitting.objects.filter(title="Spring sitting").first()


@pytest.mark.slow
def test_a_planned_sitting_has_the_stations_of_its_scheme(centre: Centre) -> None:
    made = plan(centre)
    assert made is not None
    assert sorted(made.stations.values_list("name", "task")) == [
        ("bay-1", "PT-ECW-1"),
        ("bay-2", "PT-ECW-2"),
        ("bay-3", "PT-ECW-3"),
    ]
    assert plan(centre, title="Back to front", ends_at="2020-01-01T08:00") == made
    assert not Sitting.objects.filter(title="Back to front").exists()


@pytest.mark.slow
def test_posts_are_filled_past_who_declared_a_relation_and_written_into_the_journal(centre: Centre) -> None:
    address = f"/director/sittings/{centre.sitting.pk}/"
    director = centre.browser(centre.people.director)
    close = centre.people.assessors[0]
    declare_conflict(actor_id=close.pk, person_id=close.pk, candidate_id=centre.candidate.pk, relation="trainer")
    chosen = {
        "act": "fill",
        "assessor": [str(one.pk) for one in centre.people.assessors],
        "proctor": [str(one.pk) for one in centre.people.proctors],
    }
    posts = Assignment.objects.filter(sitting=centre.sitting, candidate=centre.candidate)
    opening = posts.filter(role__startswith="technician:")
    planned = dict(opening.values_list("role", "person"))
    assert "posts of 2 candidates are filled" in director.post(address, chosen, follow=True).content.decode()
    assert posts.count() - opening.count() == 15 and not posts.filter(person=close).exists()
    assert dict(opening.values_list("role", "person")) == planned, "no technician was chosen: who opens each bay stays"
    assert sorted(planned) == ["technician:1", "technician:2", "technician:3"]
    assert Stream.objects.filter(subject=centre.sitting.pk, role="coordinator:2").exists()

    other = centre.people.proctors[0]
    moved = {"act": "post", "candidate": str(centre.candidate.pk), "role": "proctor:1", "person": str(other.pk)}
    director.post(address, moved)
    assert posts.get(role="proctor:1").person == other
    few = chosen | {"assessor": [str(one.pk) for one in centre.people.assessors[:3]]}
    assert "5 are needed" in director.post(address, few, follow=True).content.decode()
    assert posts.get(role="proctor:1").person == other, "nothing was changed"


def test_a_sitting_of_another_centre_is_not_there(centre: Centre) -> None:
    elsewhere = door.act(
        actor(centre.people.director), "people.found_organisation", name="A centre on the other side of the river"
    )
    assert plan(centre, organisation=str(elsewhere.pk)) is None
