"""The gate's pages: three levels, release rules with two names, reviews of awards, what if."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assess.awards.models import AwardReview, Credential, ReleaseRule, ReviewedAward, Waiver
from assess.management.world import releases
from assess.management.world.duties import record_duties
from assess.people.models import Account
from tests.awards.decided import Decided, decide_a_sitting
from tests.snapshots import as_built

pytestmark = pytest.mark.slow


@pytest.fixture
def decided(transactional_db: None) -> Iterator[Decided]:
    yield as_built("decided", decide_a_sitting)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def said(client: Client, path: str, **fields: object) -> str:
    return client.post(path, fields, follow=True).content.decode()


def levels_of(decided: Decided) -> str:
    return f"/director/schemes/{decided.version.pk}/gate/levels/"


def test_scheme_and_window_show_what_was_found_beside_what_is_needed(decided: Decided) -> None:
    told = page(browser(decided.people.director), levels_of(decided))

    assert "Job-task link" in told
    assert "≥ 0.70, n ≥ 30" in told
    assert "scores that would differ on another day" in told
    assert "Read the study" in told
    assert "Sample content" in told


def test_a_proposal_that_is_refused_keeps_its_reason(decided: Decided) -> None:
    path = levels_of(decided)
    fields = {
        "act": "propose",
        "check": "reliability",
        "least_n": "3",
        "reason": "small windows, ten weeks",
        "expires_on": "",
    }

    told = said(browser(decided.people.director), path, **fields)

    assert "Name the day the evidence is due" in told
    assert "small windows, ten weeks</textarea>" in told
    assert '<option value="reliability" selected>' in told
    assert not ReleaseRule.objects.exists()


def test_a_release_rule_is_proposed_signed_and_withdrawn_on_the_page(decided: Decided) -> None:
    people, path = decided.people, levels_of(decided)
    director, board = browser(people.director), browser(people.board)
    fields = {"act": "propose", "check": "reliability", "least_n": "3", "reason": "small windows"}
    due = (timezone.now().date() + timedelta(days=60)).isoformat()

    assert "Proposed. It counts when" in said(director, path, **fields, expires_on=due)
    rule = ReleaseRule.objects.get()
    assert "You proposed it: somebody else signs." in page(director, path)
    assert "Sign the release of reliability" not in page(director, path)
    assert "takes two" in said(director, path, act="sign", rule=rule.pk)
    assert "From now on it counts" in said(board, path, act="sign", rule=rule.pk)
    told = page(board, path)
    assert "Released for windows of at least 3" in told
    assert "In force" in told
    assert "It counts no longer" in said(board, path, act="withdraw", rule=rule.pk, reason="the study is there")
    assert "the study is there" in page(director, path)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"check": "cut score adopted"}, "can&#x27;t be released"),
        ({"check": "reliability", "least_n": "twelve"}, "The condition is a number of cases"),
        ({"check": "reliability", "expires_on": "tomorrow"}, "Name the day the evidence is due"),
        ({"check": "reliability", "reason": " "}, "needs a reason"),
    ],
)
def test_what_is_no_rule_is_told_in_a_sentence(decided: Decided, fields: dict[str, str], told: str) -> None:
    due = (timezone.now().date() + timedelta(days=60)).isoformat()
    asked = {"act": "propose", "reason": "small windows", "expires_on": due, **fields}

    assert told in said(browser(decided.people.director), levels_of(decided), **asked)
    assert not ReleaseRule.objects.exists()


def test_a_rule_of_another_scheme_and_an_unknown_act_do_not_exist(decided: Decided) -> None:
    client = browser(decided.people.director)

    assert client.post(levels_of(decided), {"act": "sign", "rule": decided.version.pk}).status_code == 404
    assert client.post(levels_of(decided), {"act": "forget"}).status_code == 404


def test_the_decision_shows_three_levels_and_a_waiver_is_about_this_candidate(decided: Decided) -> None:
    row = decided.passed[0]
    path = f"/director/decisions/{row.pk}/"
    director, approver = browser(decided.people.director), browser(decided.people.approvers[0])
    told = page(director, path)
    for title in ("The scheme, before anybody sits down", "The window: all sittings together", "This candidate"):
        assert title in told
    assert "The gate is shut" in told

    until = (timezone.now().date() + timedelta(days=9)).isoformat()
    fields = {"act": "waive", "check": "reliability", "comment": "seen by two", "expires_on": until}
    for client in (director, approver):
        said(client, path, **fields)
    waiver = Waiver.objects.get()
    assert (waiver.attempt_id, waiver.second_id) == (row.attempt_id, decided.people.approvers[0].pk)
    assert "Waived until" in page(director, path)
    assert "Waived until" not in page(director, f"/director/decisions/{decided.passed[1].pk}/")


def test_reviews_are_opened_and_decided_by_two_on_their_page(decided: Decided) -> None:
    people = decided.people
    record_duties(people, decided.version)
    releases.release(people, decided.version)
    for row in decided.passed:
        decided.approve(row)
        decided.issue(row)
    reviews = f"/director/schemes/{decided.version.pk}/reviews/"
    director, deputy = browser(people.director), browser(people.second_director)
    assert "No review yet" in page(director, reviews)
    assert "No evidence failed" in said(director, f"{reviews}look/")
    decided.find_a_wrong_key()
    assert "1 opened" in said(director, f"{reviews}look/")

    path = f"/director/reviews/{AwardReview.objects.get().pk}/"
    rows = list(ReviewedAward.objects.order_by("pk"))
    fields = {"outcome": "keep", "reason": "The key was right after all."}
    assert "Choose at least one credential" in said(director, path, **fields)
    for client in (director, deputy):
        assert "Noted." in said(client, path, award=[row.pk for row in rows], **fields)
    told = page(director, path)
    assert told.count("Kept") == 2
    assert "stands as it is. The key was right after all." in told
    assert "Put my name to it" not in page(browser(people.approvers[0]), path)

    holder = browser(rows[0].credential.holder)
    attempt = rows[0].credential.decision.attempt_id
    assert "stands as it is. The key was right after all." in page(holder, f"/candidate/attempts/{attempt}/")


def test_what_if_answers_in_the_page_and_writes_nothing(decided: Decided) -> None:
    client, path = browser(decided.people.board), f"/director/schemes/{decided.version.pk}/what-if/"
    assert "Ask something" in page(client, path)

    told = page(client, f"{path}?kind=cut&part=ECW-K&value=100")
    assert "If the cut score of ECW-K were 100 %" in told
    assert str(decided.passed[0].attempt.registration.candidate) in told
    assert "below the cut score of 100.00 %" in told
    assert "PT-ECW-1 counted for nobody" in page(client, f"{path}?kind=task&task=PT-ECW-1")
    assert "is no number. Write digits" in page(client, f"{path}?kind=cut&part=ECW-K&value=high")
    assert "GARDEN has no cut score" in page(client, f"{path}?kind=cut&part=GARDEN&value=60")
    assert "measures nothing called" in page(client, f"{path}?kind=tolerance&measure=PT-ECW-1/NONE&by=1")
    assert "widened by more than nothing" in page(client, f"{path}?kind=tolerance&measure=PT-ECW-1/NONE&by=-1")


def test_pages_ask_no_more_of_the_database_for_more_candidates(
    decided: Decided, django_assert_max_num_queries: object
) -> None:
    """Scheme and window are looked at once for a page, however many candidates it lists."""
    client = browser(decided.people.director)
    with django_assert_max_num_queries(90):  # type: ignore[operator]
        page(client, f"/director/schemes/{decided.version.pk}/gate/")


def test_everything_that_is_ready_is_issued_at_once_and_the_rest_stays(decided: Decided) -> None:
    director = browser(decided.people.director)
    path = f"/director/schemes/{decided.version.pk}/"
    first, second = decided.passed
    for row in (first, second):
        decided.approve(row)
    assert "2</span> passed with two names" in page(director, f"{path}gate/")
    assert "0 issued and signed" in said(director, f"{path}issue/")
    releases.release(decided.people, decided.version)
    assert "2 issued and signed" in said(director, f"{path}issue/")
    assert Credential.objects.count() == 2
    assert "Issue what is ready" not in page(director, f"{path}gate/")
    assert "0 issued and signed" in said(director, f"{path}issue/"), "nothing is issued twice"
