"""Pictures in a real browser: photos of the work without a network, the candidate's portrait, stills at levels 3 and 4."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, Page, expect

from assess import door
from assess.attempts.models import Entry, Media
from assess.people.models import Account
from assess.people.queries import actor
from assess.proctoring import levels
from assess.proctoring.models import Look
from tests.journeys.conftest import (
    FLAGS,
    IN_HAND,
    WIDTHS,
    SignedIn,
    axe_finds_nothing,
    chromium,
    eventually,
    kept_for_offline,
    sign_in,
)
from tests.web.board import agree, at_the_board
from tests.web.energised import energised
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
ROLE = "assessor:1"
CAMERA = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire",
]


def picture(words: str, size: tuple[int, int] = (3000, 2000), colour: str = "#4a6d7c") -> FilePayload:
    """A file as a camera would give it: larger than what is kept."""
    made = Image.new("RGB", size, colour)
    pen = ImageDraw.Draw(made)
    pen.rectangle((size[0] // 4, size[1] // 4, 3 * size[0] // 4, 3 * size[1] // 4), fill="#d8a13a")
    pen.text((size[0] // 3, size[1] // 2), words, fill="black", font_size=size[0] // 18)
    body = io.BytesIO()
    made.save(body, "JPEG")
    return {"name": f"{words}.jpg", "mimeType": "image/jpeg", "buffer": body.getvalue()}


def sheet_address(centre: Centre) -> str:
    return f"/assessor/sheet/#{centre.attempt.pk}/{ROLE}"


def take_photo(page: Page, button: Any, words: str) -> None:
    with page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(picture(words))


def ready(page: Page) -> None:
    page.goto("/assessor/")
    expect(page.locator("#ready")).to_contain_text("Ready to work without network", timeout=20_000)
    kept_for_offline(page, "/assessor/", "/assessor/sheet/")


def named(centre: Centre, role: str = ROLE) -> list[dict[str, Any]]:
    """What the journal says of pictures."""
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role=role, kind="picture")
    return [json.loads(row.payload) for row in rows.order_by("sequence")]


@pytest.mark.parametrize("device", IN_HAND)
def test_a_photo_taken_offline_survives_a_reload_and_reaches_the_server_with_its_digest(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    page = page_of(centre.lives[0].posts[ROLE], device)
    ready(page)
    page.context.set_offline(True)
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    take_photo(page, page.get_by_role("button", name="Photo of the whole work"), "board")
    expect(page.locator("#sheet-photos .state")).to_have_text("On this tablet")
    row = page.locator(".sheet-row").nth(1)
    take_photo(page, row.get_by_role("button", name="Photo of row 2"), "joint")
    expect(row.locator(".photos .state")).to_have_text("On this tablet")
    expect(page.locator("#saved")).to_contain_text("2 of them pictures")
    axe_finds_nothing(page)
    shot(page, f"pictures-sheet-offline-{device}")
    page.reload()
    expect(row.locator(".photos .state")).to_have_text("On this tablet")
    page.goto("/assessor/")
    expect(page.locator("#unsent")).to_contain_text("6 unsent")
    expect(page.locator("#hand-over-words")).to_contain_text("2 pictures are on this tablet")
    handed = json.loads(
        page.evaluate("import('/static/assess/journal.js').then((m) => m.exportUnsent()).then((file) => file.text())")
    )
    assert len(handed["pictures"]) == 2
    for one in handed["pictures"]:
        assert hashlib.sha256(base64.b64decode(one["base64"])).hexdigest() == one["sha256"]
    page.goto(sheet_address(centre))
    expect(row.locator(".photos img")).to_be_visible()
    assert not Media.objects.exists()
    page.context.set_offline(False)
    expect(row.locator(".photos .state")).to_have_text("On the server", timeout=30_000)
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=30_000)
    said = named(centre)
    assert [one.get("criterion") for one in said] == [None, "PT-ECW-1.02"]
    kept = list(Media.objects.order_by("received_at"))
    assert {one["sha256"] for one in said} == {one.sent_sha256 for one in kept}
    assert {max(one.width, one.height) for one in kept} == {2048}
    row.get_by_role("button", name="Photo 1 of row 2").click()
    expect(page.locator("#photo-dialog img")).to_have_js_property("naturalWidth", 2048)
    axe_finds_nothing(page)
    shot(page, f"pictures-large-{device}")


def test_what_the_server_refuses_is_said_and_can_be_left_out(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts[ROLE], "tablet")
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    asked: list[str] = []

    def refuse(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(
            status=413, json={"code": "too-large", "sentence": "A picture has at most 8 MB. Take a smaller one."}
        )

    page.route("**/api/attempts/*/media?*", refuse)
    take_photo(page, page.get_by_role("button", name="Photo of the whole work"), "board")
    expect(page.locator("#sheet-photos .state")).to_have_text("Refused", timeout=15_000)
    page.wait_for_timeout(5_000)
    assert len(asked) == 1
    page.get_by_role("button", name="Photo 1 of the whole work").click()
    expect(page.locator("#photo-words")).to_have_text("A picture has at most 8 MB. Take a smaller one.")
    axe_finds_nothing(page)
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("#sheet-photos .state")).to_have_text("Refused", timeout=15_000)
    page.wait_for_timeout(500)
    assert len(asked) == 2
    page.get_by_role("button", name="Photo 1 of the whole work").click()
    page.get_by_role("button", name="Leave it out").click()
    expect(page.locator("#sheet-photos .state")).to_have_text("Not here")


def test_a_file_that_is_no_picture_is_said_at_once(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts[ROLE], "tablet")
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Photo of the whole work").click()
    chooser.value.set_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(page.locator("#trouble-words")).to_contain_text("can't read that picture")
    assert named(centre) == []


KEPT_BUT_UNNAMED = """async ([attempt, person, role]) => {
  const store = await import("/static/assess/journal/picture_store.js");
  const { digestOf } = await import("/static/assess/journal/chain.js");
  const { shrunk } = await import("/static/assess/pictures.js");
  const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
  const made = await shrunk(await new Promise((resolve) => canvas.toBlob(resolve)));
  const { streams } = await import("/static/assess/journal/store.js");
  const { stream } = (await streams()).find((one) => one.subject === attempt && one.role === role);
  const sha256 = await digestOf(made.bytes);
  await store.keep({ id: crypto.randomUUID(), person, subject: attempt, role, stream, kind: "photo", sha256, small: made.small,
    about: { task: "PT-ECW-1" }, takenMs: Date.now(), waits: true, named: false, sentAs: null, problem: null }, made.bytes);
  return sha256;
}"""


def test_a_picture_that_was_kept_when_the_page_died_is_written_down_by_the_next(
    page_of: SignedIn, centre: Centre
) -> None:
    assessor = centre.lives[0].posts[ROLE]
    page = page_of(assessor, "tablet")
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    expect(page.locator(".sheet-row").first).to_be_visible()
    sha256 = page.evaluate(KEPT_BUT_UNNAMED, [str(centre.attempt.pk), str(assessor.pk), ROLE])
    assert named(centre) == []
    page.reload()
    expect(page.locator("#sheet-photos .state")).to_have_text("On the server", timeout=15_000)
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=15_000)
    assert [one["sha256"] for one in named(centre)] == [sha256]
    assert Media.objects.get().sent_sha256 == sha256


def test_what_one_assessor_took_goes_out_while_another_is_signed_in(
    page_of: SignedIn, centre: Centre, address: str
) -> None:
    first, second = (centre.lives[0].posts[role] for role in (ROLE, "assessor:2"))
    page = page_of(first, "tablet")
    ready(page)
    page.context.set_offline(True)
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    take_photo(page, page.get_by_role("button", name="Photo of the whole work"), "board")
    expect(page.locator("#sheet-photos .state")).to_have_text("On this tablet")
    page.goto("about:blank")
    page.context.clear_cookies()
    sign_in(page.context, second, address)
    page.context.set_offline(False)
    page.goto("/assessor/")
    expect(page.locator("#unsent")).to_have_text("Nothing unsent", timeout=20_000)
    media = Media.objects.get()
    assert (media.taken_by, media.role) == (first, ROLE)
    assert [one["sha256"] for one in named(centre)] == [media.sent_sha256]


def test_f20_a_full_device_says_that_the_photo_was_not_kept(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts[ROLE], "tablet")
    page.add_init_script(
        """{ const add = IDBObjectStore.prototype.add;
        IDBObjectStore.prototype.add = function (row) {
          if (this.name === "pictures") throw new DOMException("full", "QuotaExceededError");
          return add.apply(this, arguments);
        }; }"""
    )
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    take_photo(page, page.get_by_role("button", name="Photo of the whole work"), "board")
    expect(page.locator("#trouble-words")).to_contain_text("could not keep the picture (QuotaExceededError)")
    page.get_by_role("button", name="Done", exact=True).first.click()
    expect(page.locator("#left")).to_have_text("11 unmarked")
    assert named(centre) == []


def test_a_portrait_is_on_the_tablet_also_without_a_network(page_of: SignedIn, centre: Centre, shot: Shot) -> None:
    candidate = page_of(centre.candidate, "phone")
    candidate.goto(f"/candidate/attempts/{centre.attempt.pk}/before/")
    axe_finds_nothing(candidate)
    shot(candidate, "pictures-before-phone")
    with candidate.expect_file_chooser() as chooser:
        candidate.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files(picture("me", (900, 1200), "#7a9c59"))
    expect(candidate.locator("#portrait-state")).to_have_text("Given. Thank you.", timeout=20_000)
    axe_finds_nothing(candidate)
    shot(candidate, "pictures-given-phone")
    candidate.reload()
    expect(candidate.get_by_alt_text("The picture you gave")).to_have_js_property("naturalHeight", 800)
    media = Media.objects.get()
    assert (media.kind, media.role, media.taken_by) == ("portrait", "candidate", centre.candidate)
    page = page_of(centre.lives[0].posts[ROLE], "tablet")
    ready(page)
    kept_for_offline(page, "/assessor/", f"/assessor/portraits/{media.pk}")
    page.context.set_offline(True)
    page.reload()
    face = page.get_by_alt_text(f"The picture that {centre.candidate} gave").first
    expect(face).to_have_js_property("naturalHeight", 800)
    axe_finds_nothing(page)
    shot(page, "pictures-day-tablet")
    page.goto(sheet_address(centre))
    expect(page.locator("#person-face img")).to_have_js_property("naturalHeight", 800)
    axe_finds_nothing(page)
    shot(page, "pictures-person-tablet")
    proctor = page_of(centre.lives[0].posts["proctor:1"])
    proctor.goto(f"/proctor/sittings/{centre.sitting.pk}/")
    proctor.get_by_text(f"Confirm identity of {centre.candidate}").click()
    shown = proctor.get_by_alt_text(f"The picture that {centre.candidate} gave")
    expect(shown).to_have_js_property("naturalHeight", 800)
    axe_finds_nothing(proctor)
    shot(proctor, "pictures-identify-desk")


def test_signing_out_forgets_the_portrait_on_the_tablet(page_of: SignedIn, centre: Centre) -> None:
    body = picture("me", (300, 400))["buffer"]
    client = centre.browser(centre.candidate)
    address = f"/api/attempts/{centre.attempt.pk}/media?role=candidate&kind=portrait"
    assert client.post(address, body, content_type="image/jpeg").status_code == 200
    page = page_of(centre.lives[0].posts[ROLE], "tablet")
    ready(page)
    kept_for_offline(page, "/assessor/", f"/assessor/portraits/{Media.objects.get().pk}")
    page.locator(".top .menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    eventually(page, "caches.has('assayer-kept:/assessor/').then((has) => !has)")


def test_the_candidates_words_at_the_end_of_a_sheet_stand_on_their_page(
    page_of: SignedIn, centre: Centre, shot: Shot
) -> None:
    agree(centre)
    energised(centre)
    page = page_of(centre.lives[0].posts[ROLE], "tablet")
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    expect(page.locator(".sheet-row").first).to_be_visible()
    for place in range(page.locator(".sheet-row").count()):
        row = page.locator(".sheet-row").nth(place)
        if row.locator(".taps-levels").count():
            row.locator("button.tap-level").nth(2).click()
        else:
            row.get_by_role("button", name="Not seen", exact=True).click()
        expect(row).to_have_class(re.compile("marked"))
    page.get_by_role("button", name="Lock the rows").click()
    page.locator("#ratings button").nth(2).click()
    axe_finds_nothing(page)
    shot(page, "pictures-close-tablet")
    page.get_by_role("button", name="The candidate has nothing to add").click()
    expect(page.locator("#statement")).to_have_value("The candidate has nothing to add")
    page.locator("#statement").fill("The clamp meter was out of battery.")
    page.get_by_role("button", name="Close this sheet").click()
    page.get_by_role("button", name="Close it").click()
    expect(page.locator("#closed-words")).to_have_text("Safe on the server.", timeout=15_000)
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, kind="plain_statement")
    said = {"task": "PT-ECW-1", "text": "The clamp meter was out of battery.", "by": "candidate"}
    assert [json.loads(row.payload) for row in rows] == [said]
    candidate = page_of(centre.candidate, "phone")
    candidate.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    expect(candidate.get_by_text("The clamp meter was out of battery.")).to_be_visible()
    axe_finds_nothing(candidate)


def watched_at(centre: Centre, level: int) -> None:
    said = {
        "sitting_id": centre.sitting.pk,
        "level": level,
        "necessity": "The candidates sit at home.",
        "retention_days": 30,
    }
    door.act(actor(centre.people.director), "proctoring.set_level", **said)
    agreed = {"sitting_id": centre.sitting.pk, "level": level, "notice": levels.NOTICE}
    door.act(actor(centre.candidate), "proctoring.accept_notice", **agreed)
    at_the_board(centre, "begin")


@pytest.fixture(scope="module")
def camera(playwright: Any) -> Iterator[Browser]:
    """A browser with a made-up camera and screen."""
    with playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *CAMERA]) as launched:
        yield launched


@pytest.fixture
def filmed(camera: Browser, address: str) -> Iterator[SignedIn]:
    """Makes pages of that browser."""
    errors: list[str] = []
    contexts = []

    def make(account: Account | None, device: str = "desk", **options: Any) -> Page:
        width, height = WIDTHS[device]
        context = camera.new_context(viewport={"width": width, "height": height}, base_url=address, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        assert account is not None
        sign_in(context, account, address)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def test_a_portrait_is_taken_through_the_camera_of_a_computer(filmed: SignedIn, centre: Centre, shot: Shot) -> None:
    page = filmed(centre.candidate)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/before/")
    page.get_by_role("button", name="Take a picture").click()
    expect(page.get_by_role("heading", name="Look into the camera")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, "pictures-camera-desk")
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#portrait-state")).to_have_text("Given. Thank you.", timeout=20_000)
    assert page.evaluate("document.getElementById('portrait-film').srcObject.active") is False
    assert Media.objects.get().kind == "portrait"


@pytest.mark.parametrize("device", IN_HAND)
def test_p03_p04_stills_are_shown_to_the_candidate_and_each_look_of_a_proctor_is_noted(
    filmed: SignedIn, page_of: SignedIn, centre: Centre, shot: Shot, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setattr(levels, "STILL_EVERY_S", (2, 3))
    watched_at(centre, 4)
    page = filmed(centre.candidate, device)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/exam/")
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    expect(page.locator("#stills-state")).to_have_text("Nothing is taken yet")
    page.wait_for_timeout(3_500)
    assert not Media.objects.exists(), "nothing before the button"
    axe_finds_nothing(page)
    shot(page, f"stills-before-{device}")
    page.get_by_role("button", name="Start the pictures of my camera").click()
    expect(page.locator("#stills-list img")).to_have_count(1, timeout=15_000)
    page.get_by_role("button", name="Choose the screen to show").click()
    expect(page.locator("#stills-list img")).to_have_count(3, timeout=15_000)
    axe_finds_nothing(page)
    shot(page, f"stills-running-{device}")
    page.get_by_role("button", name="Look over and hand in").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("Everything you did is on the server")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(500)
    said = named(centre, "candidate")
    page.wait_for_timeout(4_000)
    assert len(named(centre, "candidate")) == len(said), "none after handing in"
    kept = Media.objects.order_by("received_at")
    assert {one.sent_sha256 for one in kept} == {one["sha256"] for one in said}
    assert {one.kind for one in kept} == {"camera", "screen"}
    assert max(one.width for one in kept if one.kind == "camera") <= levels.CAMERA_LONGEST
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    page.locator(".stills-all summary").click()
    expect(page.locator(".stills-all img").first).to_be_visible()
    expect(page.get_by_text("Nobody else has opened it.").first).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"stills-own-{device}")
    proctor = page_of(centre.lives[0].posts["proctor:1"], device)
    proctor.goto(f"/proctor/sittings/{centre.sitting.pk}/")
    proctor.get_by_role("link", name=f"Pictures of {centre.candidate}").click()
    expect(proctor.get_by_text("Opening one is written down")).to_be_visible()
    axe_finds_nothing(proctor)
    shot(proctor, f"stills-proctor-{device}")
    noted = {"attempt_id": centre.attempt.pk, "kind": "integrity", "words": "Somebody else sat there."}
    incident = door.act(actor(centre.lives[0].posts["proctor:1"]), "proctoring.raise_incident", **noted)
    proctor.goto(f"/proctor/incidents/{incident.pk}/")
    expect(proctor.get_by_role("link", name="Open still of the camera").first).to_be_visible()
    axe_finds_nothing(proctor)
    shot(proctor, f"stills-incident-{device}")
    assert not Look.objects.exists()
    with proctor.expect_popup() as opened:
        proctor.get_by_role("link", name="Open still of the camera").first.click()
    opened.value.wait_for_load_state()
    assert [look.person for look in Look.objects.all()] == [centre.lives[0].posts["proctor:1"]]
    page.reload()
    page.locator(".stills-all summary").click()
    expect(page.get_by_text(f"Seen by {centre.lives[0].posts['proctor:1']}")).to_be_visible()


def test_a_camera_that_is_refused_stops_nobody(page_of: SignedIn, centre: Centre, shot: Shot) -> None:
    watched_at(centre, 3)
    page = page_of(centre.candidate)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/exam/")
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Choose the screen to show")).to_have_count(0)
    page.get_by_role("button", name="Start the pictures of my camera").click()
    expect(page.locator("#stills-words")).to_contain_text("this counts against nobody")
    axe_finds_nothing(page)
    shot(page, "stills-refused-desk")
    page.get_by_role("button", name="Mark to come back").click()
    expect(page.locator("#player-flag")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=15_000)
    codes = {json.loads(row.payload)["code"] for row in Entry.objects.filter(kind="event")}
    assert codes and codes <= {"camera.refused", "camera.missing"}
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    expect(page.get_by_text(levels.EXPLAINED[codes.pop()])).to_be_visible()
    assert not centre.attempt.incidents.exists()


def test_stills_that_could_not_be_sent_go_out_from_the_page_of_the_attempt(filmed: SignedIn, centre: Centre) -> None:
    watched_at(centre, 3)
    page = filmed(centre.candidate)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/exam/")
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    page.context.set_offline(True)
    page.get_by_role("button", name="Start the pictures of my camera").click()
    expect(page.locator("#stills-list img")).to_have_count(1, timeout=15_000)
    page.goto("about:blank")
    assert not Media.objects.exists()
    page.context.set_offline(False)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    for _ in range(100):
        if Media.objects.exists() and named(centre, "candidate"):
            break
        page.wait_for_timeout(100)
    assert [one["sha256"] for one in named(centre, "candidate")] == [Media.objects.get().sent_sha256]


def test_a_director_chooses_level_four_and_the_candidate_reads_how_often_and_how_small(
    page_of: SignedIn, centre: Centre, shot: Shot
) -> None:
    page = page_of(centre.people.director)
    page.goto(f"/proctor/sittings/{centre.sitting.pk}/level/")
    page.get_by_label("4: Pictures of your screen").check()
    page.get_by_label("Why is it needed?").fill("The candidates sit at home.")
    axe_finds_nothing(page)
    shot(page, "stills-level-desk")
    page.get_by_role("button", name="Set the level").click()
    expect(page.get_by_text("Now: level 4, Pictures of your screen.")).to_be_visible()
    candidate = page_of(centre.candidate, "phone")
    candidate.goto(f"/candidate/attempts/{centre.attempt.pk}/before/")
    expect(candidate.get_by_text("45 to 90 seconds apart and small (480 dots wide)")).to_be_visible()
    axe_finds_nothing(candidate)
    shot(candidate, "stills-agree-phone")


def test_level_two_has_no_pictures_to_start(page_of: SignedIn, centre: Centre) -> None:
    watched_at(centre, 2)
    page = page_of(centre.candidate)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/exam/")
    expect(page.get_by_role("heading", name="Question 1 of")).to_be_visible(timeout=15_000)
    expect(page.locator("#stills")).to_have_count(0)
