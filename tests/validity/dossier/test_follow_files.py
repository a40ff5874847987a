"""The auditor's walk over files made by hand: it holds as it stands, and everything that is tampered with or missing is told."""

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assess.ledger import checkpoint
from assess.ledger.canonical import canonical, salted
from assess.ledger.export_check import Opened, write_export
from assess.ledger.keys import SigningKey
from assess.ledger.leaves import Leaf
from assess.ledger.merkle import CompactRange
from assess.validity.dossier import follow
from assess.validity.dossier.figures import placed
from assess.validity.dossier.weighed import figure_of, in_words

KEY = SigningKey.of("ledger", Ed25519PrivateKey.generate())
ORIGIN = "example.org/ledger"
SALT = bytes(range(16))
RELIABILITY = {
    "value": "0.8712",
    "interval": ["0.8512", "0.8912"],
    "n": 80,
    "method": "composite reliability",
    "source": "Feldt",
    "sufficient": True,
    "reason": "",
}
STUDY = {"parts": {"overall": {"reliability": RELIABILITY}}}


def sha(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def rating(number: int, judge: str, after: int) -> dict[str, Any]:
    return {
        "id": f"rating-{number}",
        "judge": judge,
        "sequence": number,
        "turn": 1,
        "element": "E1",
        "value": "60",
        "after": after,
        "saved_by": judge,
    }


@dataclass
class World:
    """The files of a small dossier, before they are written."""

    documents: list[tuple[str, str, Any]] = field(default_factory=list)
    dossier: dict[str, Any] = field(default_factory=dict)
    trail: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def add(self, kind: str, record: object, document: dict[str, Any]) -> None:
        self.documents.append((kind, str(record), {"id": record, **document}))

    def line(self, kind: str, record: object) -> dict[str, Any]:
        return next(one for one in self.trail if (one["kind"], one["id"]) == (kind, str(record)))

    def write(self, folder: Path) -> Path:
        ledger = folder / "ledger.jsonl"
        tree = CompactRange()
        leaves: list[tuple[Leaf, Opened | None]] = []
        last = {(kind, record): place for place, (kind, record, _) in enumerate(self.documents)}
        for place, (kind, record, document) in enumerate(self.documents):
            leaf = Leaf(index=place, kind=kind, record=record, commitment=salted(document, SALT))
            shown = last[kind, record] == place and kind not in self.hidden and "*" not in self.hidden
            leaves.append((leaf, Opened(SALT, document) if shown else None))
            tree.append(leaf.hash)
        at = datetime(2026, 11, 26, tzinfo=UTC)
        note = checkpoint.sign(checkpoint.Checkpoint(origin=ORIGIN, size=tree.size, root=tree.root(), time=at), key=KEY)
        ledger.write_text("".join(write_export(origin=ORIGIN, key=KEY.public, leaves=leaves, checkpoints=[note])))
        self.dossier["ledger"] = {"size": tree.size, "root": tree.root().hex(), "key": KEY.public.did}
        for line in self.trail:
            key = (line["kind"], line["id"])
            if line["leaf"] is None and key in last:
                line["leaf"] = last[key]
            if line["leaf"] is not None:
                line["commitment"] = leaves[line["leaf"]][0].commitment.hex()
        head = {
            "type": "header",
            "format": "assayer-dossier-evidence",
            "version": 1,
            "scheme": "MC 1",
            "on": "2026-11-26",
            "records": len(self.trail),
        }
        (folder / "evidence.jsonl").write_text("".join(json.dumps(one) + "\n" for one in (head, *self.trail)))
        (folder / "dossier.json").write_text(json.dumps(self.dossier))
        for name, body in self.files.items():
            (folder / name).write_bytes(body)
        return ledger


def record(kind: str, name: object, *rests: tuple[str, object], cited: str = "", **says: str) -> dict[str, Any]:
    return {
        "type": "record",
        "kind": kind,
        "id": str(name),
        "leaf": None,
        "commitment": "",
        "cited_by": [cited] if cited else [],
        "rests_on": [{"kind": one, "id": str(other)} for one, other in rests],
        "says": says,
    }


def evidence(name: str, sentence: str, *records: tuple[str, str], figure: Any = None) -> dict[str, Any]:
    return {
        "key": name,
        "sentence": sentence,
        "bearing": "supports",
        "figure": figure,
        "records": [{"kind": kind, "id": one, "digest": ""} for kind, one in records],
    }


def small() -> World:
    world = World()
    seal = {"attempt": "a", "heads": []}
    score = {
        "parts": [{"part": "K", "percent": "61.00"}],
        "items": [{"item": "I1", "points": "1.0000"}],
        "seal_digest": sha(seal),
    }
    world.add("seal", "seal-1", {"digest": sha(seal), "document": seal})
    world.add("score", "score-1", {"seal_id": "seal-1", "digest": sha(score), "document": score})
    attempt = {"name": "c1", "parts": ["61.00"], "items": [0], "points": ["1.0000"]}
    data = json.dumps({"parts": [["K"]], "items": [["I1"]], "attempts": [attempt]}).encode()
    digest = hashlib.sha256(data).hexdigest()
    world.add("dataset", "data-1", {"sha256": digest, "scheme_version_id": "v"})
    study = {"dataset_id": "data-1", "dataset_sha256": digest, "document_sha256": sha(STUDY), "document": STUDY}
    world.add("study", "study-1", study)
    for number, name in enumerate(("decision-1", "decision-2"), start=1):
        decision = {"score": sha(score), "number": number}
        world.add("decision", name, {"score_id": "score-1", "digest": sha(decision), "document": decision})
        for signature in (number, number + 9):
            world.add("signature", signature, {"decision_id": name, "person_id": f"person-{signature}"})
    whole = hashlib.sha256(SALT + bytes.fromhex(sha(seal)) + bytes.fromhex(sha(score))).digest()
    credential = {
        "credentialSubject": {"identifier": [{"salt": SALT.hex()}]},
        "evidence": [{"digestMultibase": "u" + base64.urlsafe_b64encode(b"\x12\x20" + whole).decode().rstrip("=")}],
    }
    world.add("award", "award-1", {"decision_id": "decision-1", "digest": sha(credential), "document": credential})
    for person in ("anna", "ben"):
        world.add("training", f"training-{person}", {"assessor_id": person, "session_id": "session", "document": {}})
        marks = {"assessor_id": person, "session_id": "session", "exemplar_id": "exemplar"}
        world.add("blind_marks", f"marks-{person}", marks)
    world.add("training_session", "session", {})
    world.add("exemplar", "exemplar", {})
    world.add("panel_signature", "panel-1", {"exemplar_id": "exemplar"})
    world.add("cut", "cut-1", {"meeting_id": "m", "scheme_version_id": "v", "document": {"dataset_sha256": digest}})
    world.add("meeting", "m", {})
    world.add("meeting event", "event-1", {"meeting_id": "m"})
    ratings = [rating(1, "j1", 3), rating(2, "j1", 9), rating(1, "j2", 4)]
    rows = [[one[name] for name in one] for one in ratings if one["after"] < 8]
    world.add("meeting ratings", "m:8", {"meeting": "m", "before": 8, "rows": 2, "sha256": sha(rows)})
    world.add("duty", "duty-1", {"document_id": "doc-1", "signed_at": None})
    world.add("duty", "duty-1", {"document_id": "doc-1", "signed_at": "2026"})
    world.add("duty_document", "doc-1", {"sha256": "ab", "body_sha256": "ab"})
    world.files = {
        "dataset.json": data,
        "ratings-m.jsonl": "".join(json.dumps(one) + "\n" for one in ratings).encode(),
    }
    figure = figure_of(RELIABILITY)
    rule, paths = placed(RELIABILITY, STUDY)
    stated = {name: getattr(figure, name) for name in ("value", "interval", "n", "method", "source")}
    told = {**stated, "told": figure.told, "rule": rule, "paths": list(paths)}
    names = [("decision", "decision-1"), ("decision", "decision-2")]
    trainings = [("training", "training-anna"), ("training", "training-ben")]
    claims = {
        "structure": evidence("reliability", f"It is {in_words(figure)}.", ("study", "study-1"), figure=told),
        "awarding": evidence("names", "Two decisions.", *names),
        "assessors": evidence("training", "Two are trained.", *trainings),
        "cut": evidence("cut-K", "It is set.", ("cut", "cut-1")),
        "scope": evidence("duty", "It is signed.", ("duty", "duty-1")),
    }
    world.dossier = {
        "on": "2026-11-26",
        "scheme": {"code": "MC", "version": "1", "record": {"id": "v"}},
        "claims": [{"key": key, "evidence": [piece]} for key, piece in claims.items()],
    }
    world.trail = [
        record("study", "study-1", ("dataset", "data-1"), cited="structure/reliability", dataset_sha256=digest),
        record("dataset", "data-1", ("score", "score-1"), sha256=digest, **{"score score-1": "c1"}),
        record("score", "score-1", ("seal", "seal-1")),
        record("seal", "seal-1"),
        record(
            "decision",
            "decision-1",
            ("score", "score-1"),
            ("signature", 1),
            ("signature", 10),
            ("award", "award-1"),
            cited="awarding/names",
        ),
        record(
            "decision", "decision-2", ("score", "score-1"), ("signature", 2), ("signature", 11), cited="awarding/names"
        ),
        *(record("signature", one) for one in (1, 10, 2, 11)),
        record("award", "award-1"),
        *(
            record(
                "training",
                f"training-{person}",
                ("training_session", "session"),
                ("blind_marks", f"marks-{person}"),
                ("exemplar", "exemplar"),
                cited="assessors/training",
            )
            for person in ("anna", "ben")
        ),
        *(record("blind_marks", f"marks-{person}") for person in ("anna", "ben")),
        record("training_session", "session"),
        record("exemplar", "exemplar", ("panel_signature", "panel-1")),
        record("panel_signature", "panel-1"),
        record("cut", "cut-1", ("meeting", "m"), ("dataset", "data-1"), cited="cut/cut-K", dataset_sha256=digest),
        record("meeting", "m", ("meeting event", "event-1"), ("meeting ratings", "m:8")),
        record("meeting event", "event-1"),
        record("meeting ratings", "m:8"),
        record("duty", "duty-1", ("duty_document", "doc-1"), cited="scope/duty", sha256="ab"),
        record("duty_document", "doc-1"),
    ]
    return world


SMALL = small()


@pytest.fixture
def world() -> Iterator[World]:
    yield copy.deepcopy(SMALL)


def walked(world: World, folder: Path, *claims: str, key: str = KEY.public.did) -> int:
    return follow.main([str(folder), str(world.write(folder)), *claims, "--key", key])


def test_what_was_not_touched_holds(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walked(world, tmp_path) == 0, capsys.readouterr().out
    shown = capsys.readouterr().out
    assert "Everything holds." in shown
    assert f"dossier.json has SHA-256 {hashlib.sha256((tmp_path / 'dossier.json').read_bytes()).hexdigest()}" in shown


def without_signatures(world: World) -> None:
    world.trail = [one for one in world.trail if one["kind"] != "signature"]
    for line in world.trail:
        line["rests_on"] = [one for one in line["rests_on"] if one["kind"] != "signature"]


def swap(kind: str, first: str, second: str, below: str) -> Callable[[World], None]:
    def swapped(world: World) -> None:
        lines = [world.line(kind, first), world.line(kind, second)]
        held = [[one for one in line["rests_on"] if one["kind"] == below] for line in lines]
        for line, theirs in zip(lines, reversed(held), strict=True):
            line["rests_on"] = [one for one in line["rests_on"] if one["kind"] != below] + theirs

    return swapped


def stale(world: World) -> None:
    world.line("duty", "duty-1")["leaf"] = next(
        place for place, (kind, _, _) in enumerate(world.documents) if kind == "duty"
    )


def dearer(world: World) -> None:
    piece = world.dossier["claims"][0]["evidence"][0]
    piece["figure"]["value"] = "0.97"
    piece["sentence"] = piece["sentence"].replace("0.87", "0.97", 1)


def said_otherwise(world: World) -> None:
    piece = world.dossier["claims"][0]["evidence"][0]
    piece["sentence"] = piece["sentence"].replace("0.87", "0.97", 1)


def changed(kind: str, name: str, **members: Any) -> Callable[[World], None]:
    def change(world: World) -> None:
        place = next(n for n, (one, record, _) in enumerate(world.documents) if (one, record) == (kind, name))
        world.documents[place] = (kind, name, world.documents[place][2] | members)

    return change


def rated_otherwise(world: World) -> None:
    world.files["ratings-m.jsonl"] = world.files["ratings-m.jsonl"].replace(b'"60"', b'"40"', 1)


def hidden_review(world: World) -> None:
    """A review of awards that the dossier does not tell of."""
    world.dossier["claims"][1]["evidence"].append(evidence("reviews", "None is open."))
    world.add("award_review", "review-1", {"scheme_version_id": "v"})


def uncited(world: World) -> None:
    world.line("cut", "cut-1")["cited_by"] = []


def other_name(world: World) -> None:
    world.line("dataset", "data-1")["says"]["score score-1"] = "c2"


def other_data(world: World) -> None:
    world.files["dataset.json"] = world.files["dataset.json"].replace(b"61.00", b"91.00")


def frozen_otherwise(world: World) -> None:
    """Data frozen with another answer, under a dataset and a study that name their digest."""
    data = world.files["dataset.json"] = world.files["dataset.json"].replace(b"1.0000", b"0.0000")
    digest = hashlib.sha256(data).hexdigest()
    changed("dataset", "data-1", sha256=digest)(world)
    changed("study", "study-1", dataset_sha256=digest)(world)
    for line in (world.line("dataset", "data-1"), world.line("study", "study-1")):
        line["says"].update({name: digest for name in ("sha256", "dataset_sha256") if name in line["says"]})


def hide(kind: str) -> Callable[[World], None]:
    return lambda world: world.hidden.add(kind)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (without_signatures, "NOT: the trail names signature 1, which the ledger has under it (ledger.jsonl line"),
        (swap("decision", "decision-1", "decision-2", "signature"), "(its decision_id is decision-1)"),
        (swap("training", "training-anna", "training-ben", "blind_marks"), "tie it to training training-anna"),
        (stale, "is its latest, but the trail cites leaf"),
        (dearer, "structure/reliability: NOT: the figure 0.97 is /parts/overall/reliability of study study-1"),
        (said_otherwise, "its sentence says 0.87"),
        (changed("signature", "10", decision_id="decision-2"), "FAIL signature 10 (evidence.jsonl line"),
        (rated_otherwise, "NOT: the 2 rows of ratings-m.jsonl before event 8"),
        (uncited, "stand in one of them only, cut cut-1 first (evidence.jsonl line"),
        (
            hidden_review,
            "FAIL awarding/reviews: NOT: it cites every award_review that the ledger has of this scheme version (1)",
        ),
        (other_name, "NOT: the data hold an attempt c2"),
        (other_data, "NOT: dataset.json is these bytes"),
        (frozen_otherwise, "NOT: the data hold its parts and its items' points under the name c1"),
        (hide("seal"), "NOT: the export shows its document (nothing takes the document of a seal out"),
        (hide("*"), "NOT: the export shows its document (nothing takes the document of a study out"),
        (changed("decision", "decision-1", digest="00"), "NOT: its digest is that of what it holds"),
        (changed("award", "award-1", document={"a": 1}), "NOT: its digest is that of what it holds"),
    ],
)
def test_whatever_is_tampered_with_is_named_and_ends_with_1(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], tamper: Callable[[World], None], words: str
) -> None:
    tamper(world)
    assert walked(world, tmp_path) == 1
    assert words in capsys.readouterr().out


def drop(name: str) -> Callable[[World], object]:
    return lambda world: world.files.pop(name)


def unrecorded(world: World) -> None:
    world.dossier["claims"].append({"key": "security", "evidence": [evidence("instruments", "None.")]})


def erased(world: World) -> None:
    """A revoked credential of an erased person keeps its row and loses what it said."""
    changed("award", "award-1", document={}, digest="")(world)


def placeless(world: World) -> None:
    world.dossier["claims"][0]["evidence"][0]["figure"].update(rule=None, paths=[])


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (drop("dataset.json"), "not checked: the frozen data: dataset.json is not in"),
        (drop("ratings-m.jsonl"), "not checked: the ratings themselves: ratings-m.jsonl is not in"),
        (erased, "not checked: what the credential names as its evidence"),
        (unrecorded, "OPEN security/instruments: not checked: it supports and cites no record"),
        (placeless, "OPEN structure/reliability: not checked: the figure 0.87"),
    ],
)
def test_what_cannot_be_checked_is_named_and_ends_with_3(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], tamper: Callable[[World], object], words: str
) -> None:
    tamper(world)
    assert walked(world, tmp_path) == 3
    shown = capsys.readouterr().out
    assert words in shown and "not everything was" in shown


def test_unknown_claims_and_unreadable_lines_are_refused(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert walked(world, tmp_path, "structure/nonsense") == 2
    assert "knows the claim structure/nonsense" in capsys.readouterr().err
    trail = tmp_path / "evidence.jsonl"
    trail.write_text(trail.read_text().replace('"kind": "seal", ', "", 1).replace('"type": "record"', '"type"', 1))
    assert follow.main([str(tmp_path), str(tmp_path / "ledger.jsonl")]) == 2
    assert "evidence.jsonl line 2 is not JSON" in capsys.readouterr().err


def test_another_key_and_a_cut_trail_fail(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert walked(world, tmp_path, key=SigningKey.of("ledger", Ed25519PrivateKey.generate()).public.did) == 1
    assert "not one of those you trust" in capsys.readouterr().out
    trail = tmp_path / "evidence.jsonl"
    trail.write_text("".join(trail.read_text().splitlines(keepends=True)[:-1]))
    assert follow.main([str(tmp_path), str(tmp_path / "ledger.jsonl"), "cut"]) == 1
    assert "evidence.jsonl holds the" in capsys.readouterr().out
