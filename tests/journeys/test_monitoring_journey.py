"""Drift and training in a real browser: an alarm takes two people, a training a panel, an assessor and a trainer."""

from collections.abc import Callable

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from assess import door
from assess.management.world.raters import train_assessors
from assess.people.queries import actor
from assess.schemes import queries as schemes
from assess.validity.monitoring.gathering import scored
from assess.validity.monitoring.models import Alarm
from assess.validity.raters.models import Exemplar, Training
from assess.validity.raters.queries import training_of
from tests.attempts.centre import Centre, build
from tests.journeys.conftest import AT_A_DESK, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.snapshots import as_built
from tests.validity.monitoring.scored_days import add_day
from tests.validity.raters.test_rater_training import exemplar

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


def build_drifting() -> Centre:
    """Two usual days, then a bay that breaks down, an assessor who grows severe, and an item that became harder."""
    centre = build()
    with transaction.atomic():
        add_day(centre, 0, 60)
        add_day(centre, 1, 40)
        director = actor(centre.people.director)
        door.act(
            director,
            "validity.monitoring.store_base_period",
            scheme_version_id=centre.version.pk,
            blocks=[block.key for block in scored(centre.version.pk).blocks],
            because="Both rigs were verified that week.",
        )
        for day in range(2, 8):
            add_day(
                centre,
                day,
                20,
                worse={"bay 2": 22} if day > 5 else None,
                severe={3: 0.6},
                harder={5: 2.0} if day > 4 else None,
            )
        add_day(centre, 8, 40, harder={5: 3.0})
        door.act(director, "validity.monitoring.look", scheme_version_id=centre.version.pk)
        train_assessors(centre.people, centre.version)
    return centre


@pytest.fixture
def centre(transactional_db: None) -> Centre:
    return as_built("drifting", build_drifting)


@pytest.mark.parametrize("device", AT_A_DESK)
def test_an_alarm_is_looked_at_by_one_and_closed_by_another(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    address = f"/director/schemes/{centre.version.pk}/monitoring/"
    director = page_of(centre.people.director, device)
    director.goto(address)
    expect(director.get_by_role("heading", name="bay 2: task score").first).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"monitoring-{device}")
    card = director.locator(".drift-alarm", has_text="bay 2")
    card.get_by_label("What did you find, and what was done?").fill("The bay's tester was replaced at noon.")
    card.get_by_role("button", name="I looked at it").click()
    expect(director.get_by_text("Noted under your name.")).to_be_visible()
    expect(director.get_by_text("You looked at it: a second person closes it.")).to_be_visible()

    approver = page_of(centre.people.approvers[0], device)
    approver.goto(address)
    approver.locator(".drift-alarm", has_text="bay 2").get_by_role("button", name="Close it").click()
    expect(approver.get_by_text("Closed. Its chart begins anew.")).to_be_visible()
    assert Alarm.objects.filter(kind="station", closed_by=centre.people.approvers[0]).count() == 1
    for kind in ("assessor", "item", "day", "instrument"):
        approver.goto(f"{address}?kind={kind}")
        axe_finds_nothing(approver)
        if kind in ("assessor", "item"):
            approver.locator(".drift-charts summary").first.click()
            shot(approver, f"monitoring-{kind}-{device}")


@pytest.mark.parametrize("device", AT_A_DESK)
def test_an_assessor_is_trained(page_of: SignedIn, centre: Centre, shot: Shot, device: str) -> None:
    people = centre.people
    address = f"/director/schemes/{centre.version.pk}/training/"
    director = page_of(people.director, device)
    director.goto(address)
    expect(director.get_by_text("with a training in force")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"training-{device}")
    one = exemplar(centre, agreed=False, seen={"PT-ECW-1.01": "Locks the isolator and proves dead."}, because={})
    approver = page_of(people.approvers[0], device)
    approver.goto(f"/director/exemplars/{one.pk}/")
    axe_finds_nothing(approver)
    approver.get_by_role("button", name="I agree with every mark").click()
    expect(approver.get_by_text("Your name stands here")).to_be_visible()
    shot(approver, f"exemplar-{device}")
    door.act(actor(people.reviewer), "validity.raters.agree_exemplar", exemplar_id=one.pk)

    director.goto(address)
    director.get_by_text("Open a training or a calibration hour").click()
    axe_finds_nothing(director)
    director.get_by_label("What is it called?").fill("Refresher")
    director.get_by_label("PT-ECW-1 on film").check()
    director.get_by_label(str(people.assessors[0])).check()
    director.get_by_role("button", name="Open it").click()
    expect(director.get_by_text("Open. The assessors find the exemplars on their own page.")).to_be_visible()

    assessor = page_of(people.assessors[0], device)
    assessor.goto("/assessor/training/")
    expect(assessor.get_by_role("heading", name="Refresher")).to_be_visible()
    axe_finds_nothing(assessor)
    shot(assessor, f"my-training-{device}")
    assessor.get_by_role("link", name="Mark the next one").click()
    axe_finds_nothing(assessor)
    shot(assessor, f"my-exemplar-{device}")
    for row in one.reference:
        wanted = "Not done" if row == "PT-ECW-1.01" else "Done"
        group = assessor.get_by_role("group", name=row)
        level = one.reference[row].get("level")
        group.get_by_role("radio").nth(level).check() if level is not None else group.get_by_label(
            wanted, exact=True
        ).check()
    assessor.get_by_role("button", name="Hand in my marks").click()
    expect(assessor.get_by_role("heading", name="Beside the panel")).to_be_visible()
    expect(assessor.get_by_text("1 row to talk over")).to_be_visible()
    axe_finds_nothing(assessor)
    shot(assessor, f"beside-the-panel-{device}")
    assessor.goto("/assessor/severity/")
    axe_finds_nothing(assessor)
    shot(assessor, f"my-severity-{device}")

    director.goto(address)
    card = director.locator("li.card", has=director.get_by_role("button", name="Put it in force"))
    expect(card.get_by_text("Not enough evidence", exact=True)).to_be_visible()
    card.get_by_label("Trained", exact=True).check()
    card.get_by_label("Reason, where you go by").fill("Trained in full in spring; this refreshes one task.")
    card.get_by_role("button", name="Put it in force").click()
    expect(director.get_by_text("In force under your name.")).to_be_visible()
    training = Training.objects.order_by("proposed_at").last()
    assert training is not None
    assert (training.verdict, training.trainer_id) == ("trained", people.director.pk)
    director.goto(f"/director/sessions/{training.session_id}/")
    axe_finds_nothing(director)
    shot(director, f"session-{device}")
    director.get_by_label("Gap by gap").fill("PT-ECW-1.01: the lock is seen at 0:40.")
    director.get_by_role("button", name="Keep it and close the session").click()
    expect(director.get_by_text("Closed. What was discussed is kept with it.")).to_be_visible()


def test_a_new_exemplar_by_its_form_and_by_keyboard(page_of: SignedIn, centre: Centre, shot: Shot) -> None:
    director = page_of(centre.people.director)
    director.goto(f"/director/schemes/{centre.version.pk}/training/PT-ECW-1/")
    axe_finds_nothing(director)
    director.get_by_label("Title").fill("A quiet morning")
    director.get_by_label("The performance in words").fill("Recording 7.")
    for group in director.locator(".rating-row").all():
        group.get_by_role("radio").first.check()
    shot(director, "propose-exemplar")
    press_by_keyboard(director, "Put it before the panel")
    expect(director.get_by_role("heading", name="A quiet morning")).to_be_visible()
    made = Exemplar.objects.get(title="A quiet morning")
    assert made.reference["PT-ECW-1.01"] == {"answer": "yes"}
    press_by_keyboard(director, "I agree with every mark")
    expect(director.get_by_text("Your name stands here")).to_be_visible()


def test_pages_say_what_is_missing_before_anything_is_there(page_of: SignedIn, centre: Centre, shot: Shot) -> None:
    untouched = schemes.current_version("MC-PVS")
    director = page_of(centre.people.director)
    for part in ("monitoring", "training"):
        director.goto(f"/director/schemes/{untouched.pk}/{part}/")
        axe_finds_nothing(director)
        shot(director, f"empty-{part}")
    assert not training_of(untouched.pk).complete
