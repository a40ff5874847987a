"""A candidate in a real browser: agrees, waits, answers all seven kinds, loses the network, hands in, and reads the receipt."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assess import door
from assess.attempts.models import Entry
from assess.people.queries import actor
from assess.proctoring.levels import NOTICE
from item_bank.interactions import read_response
from tests.journeys.conftest import AT_A_DESK, SignedIn, axe_finds_nothing, kept_for_offline, press_by_keyboard
from tests.web.board import agree, at_the_board, exam_part
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


def last_answers(centre: Centre) -> dict[str, Any]:
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, kind="answer").order_by("sequence")
    return {said["item"]: said["response"] for said in (json.loads(row.payload) for row in rows)}


def answer_the_item(page: Page) -> None:
    """Answer whatever stands there, as a person would."""
    stage = page.locator("#player-stage fieldset.answer")
    if stage.locator("textarea").count():
        stage.locator("textarea").fill("Isolate, lock off, prove dead, then work.")
    elif stage.locator("input.number-field").count():
        stage.locator("input.number-field").fill("32,2")
    elif stage.locator(".ordering").count():
        stage.get_by_role("button", name="Move down").first.click()
    elif stage.locator("select").count():
        for select in stage.locator("select").all():
            select.select_option(index=1)
    else:
        stage.locator("label.choice").first.click()


def open_exam(page: Page, centre: Centre) -> None:
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/exam/")


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_candidate_sits_and_submits_with_the_network_cut_for_part_of_it(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    page = page_of(centre.candidate, device)
    page.goto("/candidate/")
    axe_finds_nothing(page)
    shot(page, f"candidate-home-{device}")
    page.get_by_role("link", name="Read what will happen").click()
    axe_finds_nothing(page)
    shot(page, f"candidate-before-{device}")
    page.get_by_role("button", name="I have read this and agree").click()
    expect(page.get_by_role("heading", name="The parts")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"candidate-attempt-{device}")
    page.get_by_role("link", name="To the exam").click()
    expect(page.get_by_role("heading", name="The exam has not begun")).to_be_visible()
    axe_finds_nothing(page)
    at_the_board(centre, "begin")
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)

    count = len(centre.attempt.pins["items"])
    kinds = set()
    for number in range(1, count + 1):
        expect(page.locator("#player-title")).to_have_text(f"Question {number} of {count}")
        kind = page.evaluate(
            "document.querySelector('#player-stage .answer').firstElementChild.nextElementSibling.className"
        )
        if kind not in kinds:
            kinds.add(kind)
            axe_finds_nothing(page)
            shot(page, f"exam-{number}-{device}")
        if number == 4:
            page.context.set_offline(True)
        answer_the_item(page)
        if number == 8:
            page.wait_for_timeout(900)
            expect(page.locator("#saved")).to_contain_text("kept on this device")
            axe_finds_nothing(page)
            shot(page, f"exam-offline-{device}")
        if number < count:
            page.get_by_role("button", name="Next").click()
    page.context.set_offline(False)
    page.get_by_role("button", name="Look over and hand in").click()
    expect(page.locator("#hand-in-words")).to_have_text("You answered every question.")
    axe_finds_nothing(page)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("Everything you did is on the server")).to_be_visible(timeout=20_000)
    axe_finds_nothing(page)
    shot(page, f"exam-handed-{device}")

    answered = last_answers(centre)
    pinned = {item.identifier: item.content for item in centre.lives[0].pinned.items}
    assert set(answered) == set(pinned)
    for name, response in answered.items():
        assert read_response(pinned[name], bytes(centre.attempt.seed), response) is not None
    assert Entry.objects.filter(stream__subject=centre.attempt.pk, kind="finish").count() == 1


def test_a_reload_without_a_network_goes_on_where_it_was(page_of: SignedIn, centre: Centre) -> None:
    """F03: the page, the form and the answers come back from the device."""
    agree(centre)
    at_the_board(centre, "begin")
    page = page_of(centre.candidate)
    open_exam(page, centre)
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    kept_for_offline(page, "/candidate/", "/form")
    page.context.set_offline(True)
    answer_the_item(page)
    page.wait_for_timeout(1000)
    page.reload()
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Question 1: answered")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=30_000)
    assert len(last_answers(centre)) == 1


def test_what_a_proctor_does_is_told_in_sentences_and_the_time_stands_still(page_of: SignedIn, centre: Centre) -> None:
    agree(centre)
    at_the_board(centre, "begin")
    page = page_of(centre.candidate)
    open_exam(page, centre)
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    at_the_board(centre, "pause", reason="fire alarm")
    expect(page.get_by_text("Your time stands still")).to_be_visible(timeout=15_000)
    assert page.locator("#player-stage fieldset.answer").evaluate("answer => answer.disabled")
    stood = page.locator("#clock").text_content()
    page.wait_for_timeout(1500)
    assert page.locator("#clock").text_content() == stood
    at_the_board(centre, "resume")
    at_the_board(centre, "extend", seconds=600, reason="for the alarm")
    at_the_board(centre, "message", text="You may take <b>water</b>.")
    expect(page.get_by_text("The proctor says: You may take <b>water</b>.")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("The proctor gave 10 more minutes: for the alarm")).to_be_visible()
    assert not page.locator("#player-stage fieldset.answer").evaluate("answer => answer.disabled")


def test_the_exam_by_keyboard_alone(page_of: SignedIn, centre: Centre) -> None:
    agree(centre)
    at_the_board(centre, "begin")
    page = page_of(centre.candidate)
    open_exam(page, centre)
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)

    press_by_keyboard(page, "Mark to come back")
    expect(page.locator("#player-flag")).to_have_attribute("aria-pressed", "true")
    for _ in range(3):
        press_by_keyboard(page, "Next")
    expect(page.locator("#player-title")).to_contain_text("Question 4 of")
    assert page.evaluate("document.activeElement.id") == "player-title", "the focus follows to the question"
    press_by_keyboard(page, "Look over and hand in")
    press_by_keyboard(page, "Hand in")
    expect(page.get_by_role("heading", name="You have handed in")).to_be_visible()


@pytest.mark.parametrize("device", AT_A_DESK)
def test_practice_has_every_kind_and_shows_what_a_cut_network_does(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    page = page_of(centre.candidate, device)
    page.goto("/candidate/practice/")
    expect(page.get_by_role("heading", name="Question 1 of 7")).to_be_visible()
    for number in range(1, 8):
        axe_finds_nothing(page)
        shot(page, f"practice-{number}-{device}")
        answer_the_item(page)
        if number < 7:
            page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Cut the network").click()
    page.get_by_role("button", name="Mark to come back").click()
    expect(page.locator("#saved")).to_contain_text("kept on this device, no network")
    page.get_by_role("button", name="Bring the network back").click()
    expect(page.locator("#saved")).to_have_text("Safe on the server")


def test_a_second_device_says_where_it_is_open_and_goes_on_with_what_stands(page_of: SignedIn, centre: Centre) -> None:
    """F04, F05 as the candidate sees them."""
    agree(centre)
    at_the_board(centre, "begin")
    first = page_of(centre.candidate)
    open_exam(first, centre)
    expect(first.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    answer_the_item(first)
    expect(first.locator("#saved")).to_have_text("Safe on the server", timeout=15_000)
    second = page_of(centre.candidate, "tablet")
    open_exam(second, centre)
    expect(second.get_by_role("heading", name="It is open somewhere else")).to_be_visible()
    axe_finds_nothing(second)
    second.get_by_role("button", name="Go on here instead").click()
    expect(second.get_by_role("button", name="Question 1: answered")).to_be_visible(timeout=15_000)
    assert exam_part(centre)


@pytest.mark.parametrize("device", AT_A_DESK)
def test_the_task_cards_and_the_call_for_a_safety_check(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    agree(centre)
    page = page_of(centre.candidate, device)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/bay/")
    expect(page.locator("#saved")).to_have_text("Safe on the server")
    axe_finds_nothing(page)
    shot(page, f"bay-{device}")
    page.get_by_role("button", name="I call for a safety check").click()
    page.get_by_role("button", name="I call", exact=True).click()
    expect(page.get_by_text("You called at")).to_be_visible()
    expect(page.locator("#saved")).to_have_text("Safe on the server")
    assert Entry.objects.filter(kind="safety_call").count() == 1


def test_f23_notes_of_level_one_are_shown_and_a_lost_network_is_only_that(page_of: SignedIn, centre: Centre) -> None:
    said = {"sitting_id": centre.sitting.pk, "level": 1, "necessity": "remote", "retention_days": 30}
    door.act(actor(centre.people.director), "proctoring.set_level", **said)
    agreed = {"sitting_id": centre.sitting.pk, "level": 1, "notice": NOTICE}
    door.act(actor(centre.candidate), "proctoring.accept_notice", **agreed)
    at_the_board(centre, "begin")
    page = page_of(centre.candidate)
    open_exam(page, centre)
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    page.context.set_offline(True)
    expect(page.locator("#saved")).to_have_attribute("data-unsent", "1")
    page.context.set_offline(False)
    expect(page.locator("#entries")).to_have_text(re.compile(r"^([2-9]|\d\d+)$"), timeout=20_000)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    expect(page.get_by_text("The network went. That never counts against anybody.").first).to_be_visible()
    assert not centre.attempt.incidents.exists()
    axe_finds_nothing(page)
