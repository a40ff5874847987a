"""The morning: identity, begin, the form, and short texts to two markers who do not see each other."""

from collections.abc import Sequence

from assess.management.world import machines, model
from assess.management.world.cast import Cast
from assess.management.world.devices import send_all
from assess.management.world.lives import Life, open_streams
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from item_bank.qti.content import ItemContent, ShortText
from item_bank.queries import pool


def answer_items(cast: Cast, version: SchemeVersion, lives: Sequence[Life]) -> int:
    """The morning: identity, begin, the form, short texts to two markers who do not see each other."""
    limit_s = schemes.blueprint_definition(version).time_limit_min * 60
    exam = next(part.identifier for part in schemes.parts(version) if part.kind == "online_exam")
    simulators = {
        part.identifier: sum(60 * one.document["time_limit_min"] for one in machines.simulations_of(part.simulations))
        for part in schemes.parts(version)
        if part.kind == "simulator"
    }
    difficulties = _difficulties(version)
    wanted = [(life, "proctor:1", life.posts["proctor:1"], "proctor desk") for life in lives]
    wanted += [(life, "candidate", life.account, f"seat {life.place + 1}") for life in lives]
    open_streams(cast, wanted)
    for life in lives:
        proctor = life.posts["proctor:1"]
        device = life.devices["proctor:1"]
        device.write(
            "identity", confirmed=True, how="photo identity document compared with the person", by=str(proctor.pk)
        )
        device.write("begin", part=exam, limit_s=limit_s)
        for part, seconds in simulators.items():
            device.write("begin", part=part, limit_s=seconds)
    entries = send_all(life.devices["proctor:1"] for life in lives)
    texts: list[tuple[Life, ItemContent, str]] = []
    for life in lives:
        texts += _answer(life, exam, difficulties)
    entries += send_all(life.devices["candidate"] for life in lives)
    return entries + _mark_texts(cast, lives, texts)


def _difficulties(version: SchemeVersion) -> dict[str, float]:
    return {item.identifier: item.difficulty for item in pool(version.scheme.code)}


def _answer(life: Life, exam: str, difficulties: dict[str, float]) -> list[tuple[Life, ItemContent, str]]:
    device = life.devices["candidate"]
    texts: list[tuple[Life, ItemContent, str]] = []
    seed = bytes(life.attempt.seed)
    for place, item in enumerate(life.pinned.items):
        random = model.random_for(7, life.who.number, place)
        difficulty = difficulties[item.identifier]
        response = model.response(item.content, seed=seed, difficulty=difficulty, who=life.who, random=random)
        if response is None:
            continue
        device.write("answer", part=exam, item=item.identifier, response=response)
        if isinstance(item.content, ShortText):
            texts.append((life, item.content, response["text"]))
    device.write("finish", part=exam)
    return texts


def _mark_texts(cast: Cast, lives: Sequence[Life], texts: Sequence[tuple[Life, ItemContent, str]]) -> int:
    marked = [(life, content, text) for life, content, text in texts if text.strip()]
    open_streams(
        cast,
        [(life, f"marker:{n}", life.posts[f"marker:{n}"], f"marker desk {n}") for life, _, _ in marked for n in (1, 2)],
    )
    third = []
    for life, content, text in marked:
        assert isinstance(content, ShortText)
        given = []
        for number in (1, 2):
            random = model.random_for(8, life.who.number, number)
            points = model.text_points(content, text, marker=number, random=random)
            given.append(int(points))
            life.devices[f"marker:{number}"].write("points", item=content.identifier, points=points)
        if abs(given[0] - given[1]) > 1:
            third.append((life, content, text))
    open_streams(cast, [(life, "marker:3", life.posts["marker:3"], "marker desk 3") for life, _, _ in third])
    for life, content, text in third:
        assert isinstance(content, ShortText)
        points = model.text_points(content, text, marker=3, random=model.random_for(8, life.who.number, 3))
        life.devices["marker:3"].write("points", item=content.identifier, points=points)
    return send_all(d for life in lives for role, d in life.devices.items() if role.startswith("marker:"))
