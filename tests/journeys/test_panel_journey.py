"""A meeting of twelve judges in twelve browsers: one is cut off twice, one leaves, a round is opened again; the record is right."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import numpy as np
import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assess.ledger.actions import sequence
from assess.ledger.queries import compare
from assess.people.models import Account
from assess.standard_setting.angoff import angoff
from assess.validity.cut_scores.models import CutScore, JudgeRating, Meeting
from assess.validity.cut_scores.queries import record_of
from tests.journeys.conftest import LIVE, SignedIn, axe_finds_nothing, eventually, press_by_keyboard
from tests.journeys.server import serving
from tests.snapshots import as_built
from tests.validity.cut_scores.meeting_scene import Panel, open_panel

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
PART = "ECW-S"
SHARES = (30, 40, 50, 60, 70)


@pytest.fixture
def centre(transactional_db: None) -> Panel:
    return as_built("twelve judges", lambda: open_panel(12))


@pytest.fixture
def address(centre: Panel) -> Iterator[str]:
    with serving() as url, override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE):
        yield url


def share(judge: int, element: int, turn: int) -> int:
    """What a judge gives, in per cent; round 2 lies nearer together."""
    spread = SHARES[(3 * judge + 2 * element + judge * element) % 5]
    return spread if turn == 1 else 10 * round((spread + 50) / 20)


def rate(page: Page, judge: int, elements: list[str], turn: int, *, start: int = 0, end: int | None = None) -> None:
    """Tap one value after another, going on with the button that has the focus after each."""
    for place in range(start, len(elements) if end is None else end):
        expect(page.locator("#element-title")).to_contain_text(elements[place])
        page.locator(f'#values [data-share="{share(judge, place, turn)}"]').click()
        expect(page.locator(f'#values [data-share="{share(judge, place, turn)}"]')).to_have_attribute(
            "aria-pressed", "true"
        )
        if place + 1 < len(elements):
            page.locator("#next").press("Enter")


def ready(page: Page) -> None:
    page.get_by_label("Years in the occupation").fill("8")
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Declare it").click()
    expect(page.get_by_text("Kept. The facilitator sees it.")).to_be_visible()
    page.get_by_role("button", name="I agree to this description").click()
    expect(page.get_by_text("You are ready.")).to_be_visible()


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def all_saved(page: Page) -> None:
    eventually(page, "document.getElementById('saved').dataset.unsent === '0'")


def test_twelve_judges_end_with_the_right_record(page_of: SignedIn, centre: Panel, address: str, shot: Shot) -> None:
    director = page_of(centre.people.director)
    director.goto(f"/director/schemes/{centre.version.pk}/cuts/")
    director.get_by_text("Plan a meeting").click()
    director.get_by_label("Part").first.select_option(PART)
    director.get_by_label("Who is the panel?").first.fill("Twelve practitioners")
    press(director, "Draft the meeting")
    meeting = Meeting.objects.get()
    elements = [one["id"] for one in meeting.plan["elements"]]
    for field in director.locator('textarea[name^="text-"]').all():
        field.fill("Works safely, slowly, with the plan in hand; unusual faults are not found without a hint.")
    press(director, "Keep the description")
    for box in director.locator("input[name=judge]").all():
        box.check()
    press(director, "Invite them")
    press(director, "Open the meeting")
    axe_finds_nothing(director)
    shot(director, "panel-facilitator-open")

    judges = list(centre.people.judges)
    pages = [page_of(judge, "phone" if place == 0 else "tablet") for place, judge in enumerate(judges)]
    pages[0].goto("/panel/")
    axe_finds_nothing(pages[0])
    for judge in judges[2:]:  # two declare and agree on their pages; for the others it is done
        centre.declares(meeting, judge)
    for page in pages:
        page.goto(f"/panel/{meeting.pk}/")
    axe_finds_nothing(pages[0])
    shot(pages[0], "panel-judge-before")
    for page in pages[:2]:
        ready(page)

    director.reload()
    director.get_by_label("What the training consists of").fill("Two simulations rated together and talked through.")
    press(director, "Start the training")
    press(director, "Open the practice round")
    practised = meeting.plan["practice"]
    for page in pages[:3]:
        expect(page.locator("#rating-title")).to_have_text("Practice: nothing of this counts")
        page.locator('#values [data-share="50"]').click()
        expect(page.locator('#values [data-share="50"]')).to_have_attribute("aria-pressed", "true")
        all_saved(page)
    press(director, "Open round 1")

    # round 1: blind; judge 1 is cut off in the middle of it, goes on, and is back at its end
    cut_off, leaver, late = pages[1], pages[5], pages[7]
    for page in pages:
        expect(page.locator("#rating-title")).to_have_text("Round 1")
    for place, page in enumerate(pages):
        if page is cut_off:
            rate(page, place, elements, 1, end=1)
            page.context.set_offline(True)
            rate(page, place, elements, 1, start=1)
            expect(page.locator("#saved")).to_contain_text("no network")
            shot(page, "panel-judge-without-network")
        elif page is late:
            rate(page, place, elements, 1, end=len(elements) - 1)
            all_saved(page)
        elif page is leaver:
            rate(page, place, elements, 1, end=2)
            all_saved(page)
            page.get_by_text("I have to leave").click()
            page.get_by_label("Why").fill("Called to an emergency.")
            press(page, "Leave the meeting")
        else:
            rate(page, place, elements, 1)
            all_saved(page)
    axe_finds_nothing(pages[2])
    shot(pages[2], "panel-judge-round-1")
    shot(pages[0], "panel-judge-round-1-phone")
    for page in pages[2:4]:
        values = page.evaluate("fetch('state').then((answer) => answer.json())")
        assert values["panel"] == {}, "nobody sees another's ratings while the round is open"
    cut_off.context.set_offline(False)
    all_saved(cut_off)

    # judge 7 has one element to go when the round is closed with a reason, and gives it without a network
    director.reload()
    axe_finds_nothing(director)
    shot(director, "panel-facilitator-round-1")
    director.get_by_label("Why close without them").fill("Agreed with the panel.")
    late.context.set_offline(True)
    rate(late, 7, elements, 1, start=len(elements) - 1)
    press(director, "Close round 1")
    expect(director.get_by_text("The round is closed; judges see what it came to.")).to_be_visible()
    late.context.set_offline(False)
    all_saved(late)
    assert [row.judge for row in record_of(meeting).rounds[1].late] == [str(judges[7].pk)]
    director.reload()
    expect(director.get_by_text("late ratings")).to_be_visible()
    director.get_by_text("Open round 1 again").click()
    director.get_by_label("Why").first.fill("The network of a judge was gone.")
    press(director, "Open it again")
    expect(director.get_by_text("Everybody who is here has finished")).to_be_visible()
    press(director, "Close round 1")
    axe_finds_nothing(director)
    shot(director, "panel-facilitator-feedback")
    expect(pages[0].get_by_role("heading", name="What round 1 came to")).to_be_visible()
    axe_finds_nothing(pages[0])
    shot(pages[0], "panel-judge-feedback-phone")
    shot(pages[2], "panel-judge-feedback")

    director.get_by_text("Write into the minutes").click()
    director.get_by_label("What was discussed or decided").fill("The fault in the second net was talked through.")
    press(director, "Keep it")
    press(director, "Open round 2")
    for place, page in enumerate(pages):
        if page is leaver:
            continue
        expect(page.locator("#rating-title")).to_have_text("Round 2")
        if page is cut_off:  # the second time: cut off, loaded anew without a network, and on
            page.context.set_offline(True)
            rate(page, place, elements, 2, end=2)
            page.reload()
            expect(page.locator("#left")).to_contain_text(f"{len(elements) - 2} of {len(elements)} to go")
            rate(page, place, elements, 2, start=2)
            page.context.set_offline(False)
        else:
            rate(page, place, elements, 2)
        all_saved(page)
    director.reload()
    press(director, "Close round 2")
    expect(director.get_by_role("heading", name="Round 2")).to_be_visible()
    pages[3].get_by_label("What you do not agree with").fill("Too low for work on live parts.")
    press(pages[3], "Write a dissent")
    expect(pages[3].get_by_text("Your dissent is part of the minutes")).to_be_visible()
    for page in pages:  # everybody has read what the round came to, and goes home
        expect(page.get_by_role("heading", name="What round 2 came to")).to_be_visible()
        page.goto("about:blank")
    press(director, "Close the meeting")
    expect(director.get_by_text("The meeting is over.")).to_be_visible()
    shot(director, "panel-facilitator-closed")

    compared_number_by_number(meeting, judges, elements)
    board_adopts(page_of, centre, shot)
    sequence()
    assert compare()[1] == []
    assert practised


def compared_number_by_number(meeting: Meeting, judges: list[Account], elements: list[str]) -> None:
    """The record against what was tapped, and the cut against the function of standard setting."""
    tables = np.full((2, len(judges), len(elements)), np.nan)
    for turn in (1, 2):
        for judge in range(len(judges)):
            for place in range(len(elements)):
                if judge != 5 or (turn == 1 and place < 2):
                    tables[turn - 1, judge, place] = share(judge, place, turn) / 100
    record = record_of(meeting)
    for turn in (1, 2):
        for judge, account in enumerate(judges):
            rated = record.rounds[turn].ratings.get(str(account.pk), {})
            given = [float(rated[one].value) if one in rated else np.nan for one in elements]
            np.testing.assert_array_equal(given, tables[turn - 1, judge])
    assert JudgeRating.objects.filter(meeting=meeting, turn__gte=1).count() == np.isfinite(tables).sum()
    assert record.judges[str(judges[5].pk)].gone == "Called to an emergency."
    expected = angoff(*tables)
    cut = CutScore.objects.get(meeting=meeting)
    assert cut.recommended == Decimal(f"{100 * (expected.cut_share.value or 0):.2f}")
    assert cut.standard_error == Decimal(f"{100 * (expected.cut_share.standard_error or 0):.2f}")
    assert cut.method == "modified Angoff, 2 rounds, 11 judges"
    own = [None if one is None else round(100 * one / len(elements), 4) for one in expected.rounds[-1].judge_cuts]
    found = {one["judge"]: one["cut"] for one in cut.document["judges"]}
    assert found == {str(account.pk): one for account, one in zip(judges, own, strict=True)}
    assert [one["value"] for one in cut.document["rounds"]] == [
        f"{100 * (one.cut.value or 0) / len(elements):.6f}" for one in expected.rounds
    ]


def board_adopts(page_of: SignedIn, centre: Panel, shot: Shot) -> None:
    board = page_of(centre.people.board)
    board.goto(f"/director/schemes/{centre.version.pk}/cuts/")
    axe_finds_nothing(board)
    shot(board, "panel-cuts")
    board.get_by_role("link", name="Read it and decide").click()
    expect(board.get_by_text("Too low for work on live parts.")).to_be_visible()
    axe_finds_nothing(board)
    shot(board, "panel-board")
    board.get_by_label("1 standard error above").check()
    board.get_by_label("In the name of which board?").fill("Board of the centre")
    board.get_by_label("Reason (needed").fill("Work on live parts.")
    press_by_keyboard(board, "Adopt")
    expect(board.get_by_text("Adopted. Decisions from its first day on are made under it.")).to_be_visible()
    cut = CutScore.objects.get()
    assert cut.standard_error is not None
    assert (cut.value, cut.choice) == (cut.recommended + cut.standard_error, "+1")
    shot(board, "panel-board-adopted")


FORMS = {
    "yes/no angoff": ("ECW-S", "yes"),
    "ebel": ("ECW-S", "0.1"),
    "bookmark": ("ECW-K", "7"),
    "hofstee": ("ECW-K", "60"),
    "beuk": ("ECW-K", "60"),
}


@pytest.mark.parametrize("method", FORMS)
def test_the_form_of_each_method_by_hand_and_by_keyboard(
    page_of: SignedIn, centre: Panel, address: str, shot: Shot, method: str
) -> None:
    judges = centre.people.judges[:3]
    meeting = centre.in_round_one(FORMS[method][0], method, judges=judges)
    page = page_of(judges[0], "tablet")
    page.goto(f"/panel/{meeting.pk}/")
    expect(page.locator("#rating-title")).to_have_text("Round 1")
    axe_finds_nothing(page)
    shot(page, f"panel-form-{method.split()[0].replace('/', '-')}")
    rated = [one for one in meeting.plan["elements"] if one["kind"] not in ("item", "share")]
    for place, one in enumerate(rated):
        called = "Your bookmark" if one["kind"] == "page" else one["id"]
        expect(page.locator("#element-title")).to_contain_text(called, ignore_case=True)
        match one["kind"]:
            case "yes/no":
                press_by_keyboard(page, "Yes" if place % 2 else "No")
            case "cell":
                press_by_keyboard(page, "essential")
                press_by_keyboard(page, "medium" if place % 2 else "hard")
            case "page":
                page.get_by_role("button", name="Bookmark on page 7").click()
            case _:
                page.get_by_label("Or exactly, in per cent").fill(f"{40 + 5 * place}")
                page.keyboard.press("Enter")
        expect(page.locator("#map .done")).to_have_count(place + 1)
        if place + 1 < len(rated):
            press_by_keyboard(page, "Next unrated")
    while "to go" in (page.locator("#left").text_content() or ""):  # the cells that hold items
        press_by_keyboard(page, "Next unrated")
        page.locator('#values [data-share="60"]').click()
        expect(page.locator('#values [data-share="60"]')).to_have_attribute("aria-pressed", "true")
    all_saved(page)
    expect(page.locator("#done")).to_be_visible()
    axe_finds_nothing(page)
    found = record_of(meeting).rounds[1].ratings[str(judges[0].pk)]
    expected = {
        "yes/no angoff": {one["id"]: "1" if place % 2 else "0" for place, one in enumerate(rated)},
        "ebel": {
            **{one["id"]: f"0.{1 if place % 2 else 2}" for place, one in enumerate(rated)}, "cell 0.1": "60", "cell 0.2": "60",
        },
        "bookmark": {"bookmark": "7"},
    }.get(method, {one["id"]: f"{40 + 5 * place}" for place, one in enumerate(rated)})  # fmt: skip
    assert {name: one.value for name, one in found.items()} == expected


def test_a_judge_with_two_devices_is_asked_which_rating_counts(page_of: SignedIn, centre: Panel, address: str) -> None:
    judge = centre.people.judges[0]
    meeting = centre.in_round_one(PART, judges=centre.people.judges[:3])
    element = meeting.plan["elements"][0]["id"]
    old, new = page_of(judge, "tablet"), page_of(judge, "phone")
    for page in (old, new):
        page.goto(f"/panel/{meeting.pk}/")
        expect(page.locator("#rating-title")).to_have_text("Round 1")
    old.context.set_offline(True)
    old.locator('#values [data-share="30"]').click()
    expect(old.locator("#saved")).to_contain_text("1 kept on this device")
    new.locator('#values [data-share="70"]').click()
    expect(new.locator('#values [data-share="70"]')).to_have_attribute("aria-pressed", "true")
    all_saved(new)
    old.context.set_offline(False)
    expect(old.locator("#trouble-words")).to_contain_text("You rated on another device too", timeout=20_000)
    axe_finds_nothing(old)
    assert record_of(meeting).rounds[1].ratings[str(judge.pk)][element].value == "0.7"
    old.get_by_role("button", name="Send mine as my newest").click()
    all_saved(old)
    expect(old.locator("#trouble")).to_be_hidden()
    rows = (
        JudgeRating.objects.filter(meeting=meeting, judge=judge).order_by("sequence").values_list("sequence", "value")
    )
    assert list(rows) == [(1, "0.7"), (2, "0.3")]
    assert record_of(meeting).rounds[1].ratings[str(judge.pk)][element].value == "0.3"
