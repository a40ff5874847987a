"""Markers and adjudicators in a real browser: by pointer, by keyboard alone, with the network cut for part of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assess.attempts.models import Entry, Stream
from assess.people.models import Account
from tests.journeys.conftest import IN_HAND, SignedIn, axe_finds_nothing, kept_for_offline
from tests.web.board import exam_part
from tests.web.desk_scene import answer, differ, first_task, hands_in, number_item, says, sheet
from tests.web.sample_centre import Centre
from tests.web.test_pictures_api import kept

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
LONG = (
    "No indication means that I can trust nothing I measured before.\n\nI treat the circuit as live, keep it locked off, fetch a "
    "second tester, prove that one on the proving unit, test again between all conductors and to earth, and prove it once more. "
    "Only then do I touch a conductor. <b>The first tester goes to the office</b> with a note on it, so that nobody takes it by "
    "mistake, and I tell my supervisor what happened and why the work took longer than it should have."
)


def written(centre: Centre, role: str, number: int = 0) -> list[tuple[str, dict[str, Any]]]:
    rows = Entry.objects.filter(stream__subject=centre.lives[number].attempt.pk, stream__role=role)
    return [(row.kind, json.loads(row.payload)) for row in rows.order_by("stream__epoch", "sequence")]


def points(centre: Centre, role: str, number: int = 0) -> list[tuple[str, str]]:
    return [(said["item"], said["points"]) for kind, said in written(centre, role, number) if kind == "points"]


def both_hand_in(centre: Centre) -> None:
    """Both candidates hand in; the first one's number can't be read either."""
    unreadable = answer(number_item(centre), exam_part(centre), value="thirty-two", unit="A")
    hands_in(centre, LONG, more=[unreadable])
    hands_in(centre, "I go on with the work.", number=1)


def marks_both(centre: Centre) -> Account:
    """Who marks texts of both candidates: `marker:2` of the first is `marker:1` of the second."""
    person = centre.lives[0].posts["marker:2"]
    assert centre.lives[1].posts["marker:1"] == person
    return person


def open_desk(page: Page) -> None:
    page.goto("/assessor/marking/")
    expect(page.locator("#points button").first).to_be_visible()


def is_safe(page: Page) -> None:
    """All is marked, and the server has it."""
    expect(page.locator("#left")).to_have_text("All marked")
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=15_000)


@pytest.mark.parametrize("device", IN_HAND)
def test_a_marker_marks_by_pointer_and_is_done(page_of: SignedIn, centre: Centre, shot: Shot, device: str) -> None:
    both_hand_in(centre)
    page = page_of(marks_both(centre), device)
    page.goto("/assessor/")
    expect(page.get_by_role("link", name="Marking (3)")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"marking-day-{device}")
    page.get_by_role("link", name="Marking (3)").click()
    expect(page.locator("#left")).to_have_text("3 of 3 unmarked")
    for place in range(3):
        page.locator("#map button").nth(place).click()
        expect(page.locator("#answer-title")).to_have_text(f"Answer {place + 1} of 3")
        if "The first tester" in (page.locator("#text").text_content() or ""):
            expect(page.locator("#text")).to_contain_text("<b>The first tester goes to the office</b>")
            expect(page.locator("#words")).to_contain_text("too long")
            axe_finds_nothing(page)
            shot(page, f"marking-text-{device}")
        elif "thirty-two" in (page.locator("#text").text_content() or ""):
            expect(page.locator("#notes")).to_contain_text("A machine could not read this answer.")
            shot(page, f"marking-unreadable-{device}")
        page.get_by_role("button", name="1 point", exact=True).click()
        expect(page.locator("#left")).to_have_text(f"{2 - place} of 3 unmarked" if place < 2 else "All marked")
    page.get_by_role("button", name="0 points", exact=True).click()
    expect(page.get_by_role("button", name="0 points", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Add a comment").click()
    page.get_by_label("Your comment, if you have one").fill("The reason is missing.")
    page.get_by_role("button", name="Keep the comment").click()
    expect(page.locator("#comments")).to_have_text("The reason is missing.")
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=15_000)
    axe_finds_nothing(page)
    shot(page, f"marking-done-{device}")
    page.locator("#done").get_by_role("button", name="I am done with these").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 answers are marked")
    axe_finds_nothing(page)
    page.get_by_role("button", name="I am done", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing to mark")).to_be_visible(timeout=20_000)
    axe_finds_nothing(page)
    shot(page, f"marking-nothing-{device}")
    streams = Stream.objects.filter(role__startswith="marker:", granted_to=marks_both(centre))
    assert {stream.state for stream in streams} == {"closed"}
    first, second = points(centre, "marker:2"), points(centre, "marker:1", 1)
    assert sorted(value for _, value in [*first, *second]) == ["0", "1", "1", "1"]
    assert [kind for kind, _ in written(centre, "marker:2")][-1] == "close"


def test_a_marker_marks_by_keyboard_alone_with_the_network_cut(page_of: SignedIn, centre: Centre) -> None:
    both_hand_in(centre)
    page = page_of(marks_both(centre))
    open_desk(page)
    kept_for_offline(page, "/assessor/", "/assessor/marking.json")
    press(page, "Next")
    expect(page.locator("#answer-title")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("#left")).to_have_text("2 of 3 unmarked")
    expect(page.locator("#next")).to_be_focused()
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=15_000)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#answer-title")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("#left")).to_have_text("1 of 3 unmarked")
    expect(page.locator("#saved")).to_contain_text("kept on this device")
    page.reload()
    expect(page.locator("#left")).to_have_text("1 of 3 unmarked")
    while not page.evaluate("document.getElementById('work').contains(document.activeElement)"):
        page.keyboard.press("Tab")
    page.keyboard.press("0")
    expect(page.locator("#left")).to_have_text("All marked")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=30_000)
    press(page, "I am done with these")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "I am done")
    expect(page.get_by_role("heading", name="Nothing to mark")).to_be_visible(timeout=20_000)
    given = [*points(centre, "marker:2"), *points(centre, "marker:1", 1)]
    assert sorted(value for _, value in given) == ["0", "1", "1"]
    held = [one for number, role in ((0, "marker:2"), (1, "marker:1")) for one in written(centre, role, number)]
    digests = [said["of"] for kind, said in held if kind == "points"]
    assert len(set(digests)) == 3


def press(page: Page, words: str) -> None:
    """Reach a button by Tab alone, and press it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.activeElement === document.body ? '' : document.activeElement.textContent.trim()")
            == words
        ):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{words!r} is never reached by Tab")


def test_a_third_marker_is_asked_and_an_answer_that_changed_comes_back(page_of: SignedIn, centre: Centre) -> None:
    hands_in(centre, LONG)
    third = page_of(centre.lives[0].posts["marker:3"])
    third.goto("/assessor/marking/")
    expect(third.get_by_role("heading", name="Nothing to mark")).to_be_visible()
    for role, value in (("marker:1", "0 points"), ("marker:2", "3 points")):
        page = page_of(centre.lives[0].posts[role])
        open_desk(page)
        page.get_by_role("button", name=value, exact=True).click()
        is_safe(page)
    third.reload()
    expect(third.locator("#text")).to_contain_text("The first tester")
    third.get_by_role("button", name="2 points", exact=True).click()
    is_safe(third)
    elsewhere = page_of(centre.lives[0].posts["marker:3"], "tablet")
    elsewhere.goto("/assessor/marking/")
    elsewhere.get_by_role("button", name="I am done with these").click()
    elsewhere.get_by_role("button", name="I am done", exact=True).click()
    elsewhere.get_by_role("button", name="Go on here instead").click()
    expect(elsewhere.get_by_role("heading", name="Nothing to mark")).to_be_visible(timeout=20_000)
    hands_in(centre, "I get another tester.")
    page = page_of(centre.lives[0].posts["marker:1"])
    page.goto("/assessor/marking/")
    expect(page.locator("#text")).to_have_text("I get another tester.")
    expect(page.locator("#again")).to_contain_text("This answer changed after you marked it.")
    page.get_by_role("button", name="1 point", exact=True).click()
    page.get_by_role("button", name="Go on here instead").click()
    is_safe(page)
    item = points(centre, "marker:1")[0][0]
    assert points(centre, "marker:1") == [(item, "0"), (item, "1")]


def stop_and_differ(centre: Centre) -> str:
    """The first candidate's sheets differ on a step; the second candidate was stopped."""
    row = differ(centre)
    photo = {
        "kind": "photo",
        "sha256": kept(centre).sent_sha256,
        "task": first_task(centre).identifier,
        "criterion": row,
    }
    says(centre, "assessor:1", ("picture", photo), close=True)
    task = first_task(centre, 1)
    stop = {"task": task.identifier, "code": "rule-1", "reason": "Reached for a conductor that was not proved dead."}
    comment = {
        "task": task.identifier,
        "text": "I stepped in before anything happened. The lock was still in the hand.",
    }
    says(centre, "assessor:1", *sheet(task), ("safety_stop", stop), ("comment", comment), number=1, close=True)
    says(centre, "assessor:2", *sheet(task), number=1, close=True)
    return row


@pytest.mark.parametrize("device", IN_HAND)
def test_adjudicators_rule(page_of: SignedIn, centre: Centre, shot: Shot, device: str) -> None:
    row = stop_and_differ(centre)
    both = centre.lives[0].posts["adjudicator:2"]
    assert centre.lives[1].posts["adjudicator:1"] == both
    page = page_of(both, device)
    page.goto("/assessor/")
    page.get_by_role("link", name="Rulings (2)").click()
    step = page.locator(f'[data-matter="PT-ECW-1 {row}"]')
    stop = page.locator('[data-matter="PT-ECW-1"]')
    expect(step.locator(".side-mark")).to_have_text(["Done", "Not done"])
    expect(stop).to_contain_text("Reached for a conductor")
    step.get_by_alt_text("Photo 1 of Assessor 1").scroll_into_view_if_needed()
    expect(step.get_by_alt_text("Photo 1 of Assessor 1")).to_have_js_property("naturalWidth", 40)
    axe_finds_nothing(page)
    shot(page, f"rulings-{device}")
    step.get_by_text("The whole sheets, side by side").click()
    axe_finds_nothing(page)
    step.get_by_role("button", name="Write my ruling").click()
    expect(step.get_by_role("alert")).to_have_text("Choose one of the two.")
    step.get_by_label("It was not met").check()
    step.get_by_role("button", name="Write my ruling").click()
    expect(step.get_by_role("alert")).to_have_text("Give your reason.")
    shot(page, f"rulings-reason-{device}")
    step.get_by_label("Your reason").fill("On the photo the tester is not held to the second conductor.")
    step.get_by_role("button", name="Write my ruling").click()
    expect(step).to_contain_text("Waits for another adjudicator", timeout=15_000)
    stop.get_by_label("Lift the stop").check()
    stop.get_by_label("Your reason").fill("The hand was a metre away; the assessor was early.")
    stop.get_by_role("button", name="Write my ruling").click()
    expect(stop).to_contain_text("Settled", timeout=15_000)
    axe_finds_nothing(page)
    shot(page, f"rulings-written-{device}")
    other = page_of(centre.lives[0].posts["adjudicator:1"], device)
    other.goto("/assessor/rulings/")
    hers = other.locator(f'[data-matter="PT-ECW-1 {row}"]')
    expect(hers).to_contain_text("Waits for you")
    expect(hers).not_to_contain_text("On the photo")
    hers.get_by_label("It was met").check()
    hers.get_by_label("Your reason").fill("The second conductor was tested before.")
    hers.get_by_role("button", name="Write my ruling").click()
    expect(hers).to_contain_text("You two ruled differently", timeout=15_000)
    expect(hers).to_contain_text("On the photo")
    axe_finds_nothing(other)
    shot(other, f"rulings-differ-{device}")
    hers.get_by_label("It was not met").check()
    hers.get_by_label("Your reason").fill("I looked at the photo again: it was not.")
    hers.get_by_role("button", name="Rule again").click()
    expect(hers).to_contain_text("Settled", timeout=15_000)
    for one in (page, other):
        one.reload()
        one.get_by_role("button", name="I am done with these").click()
        one.get_by_role("button", name="I am done", exact=True).click()
        expect(one.get_by_role("heading", name="Nothing to rule on")).to_be_visible(timeout=20_000)
    assert [said["met"] for kind, said in written(centre, "adjudicator:1") if kind == "settle"] == [True, False]
    assert written(centre, "adjudicator:1", 1)[0][0] == "confirm_stop"
    assert {stream.state for stream in Stream.objects.filter(role__startswith="adjudicator:")} == {"closed"}


def test_an_adjudicator_rules_by_keyboard_alone(page_of: SignedIn, centre: Centre) -> None:
    differ(centre)
    page = page_of(centre.lives[0].posts["adjudicator:1"])
    page.goto("/assessor/rulings/")
    expect(page.get_by_role("button", name="Write my ruling")).to_be_visible()
    while page.evaluate("document.activeElement.type !== 'radio'"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Both sheets say that the tester was proved.")
    press(page, "Write my ruling")
    expect(page.locator(".matter")).to_contain_text("Settled", timeout=15_000)
    expect(page.locator(".matter h2")).to_be_focused()
    (kind, said), *rest = written(centre, "adjudicator:1")
    assert (kind, said["met"], rest) == ("settle", True, [])
