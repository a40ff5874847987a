"""Exports verify alone, and the first line that differs is named."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assess.ledger.canonical import salted
from assess.ledger.checkpoint import Checkpoint, sign
from assess.ledger.export_check import Check, Opened, verify_export, write_export
from assess.ledger.keys import SigningKey
from assess.ledger.leaves import Leaf
from assess.ledger.merkle import root

ROOT = Path(__file__).parents[2]
KEY = SigningKey.of("ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
FORGER = SigningKey.of("ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _world(size: int, key: SigningKey = KEY) -> tuple[list[tuple[Leaf, Opened | None]], Callable[[int], str]]:
    leaves: list[tuple[Leaf, Opened | None]] = []
    for index in range(size):
        document, salt = {"score": f"{index}.50"}, index.to_bytes(16, "big")
        # each record has two leaves; the later one shows its document
        leaf = Leaf(index=index, kind="score", record=f"s-{index | 1}", commitment=salted(document, salt))
        later = index % 2 or index == size - 1
        leaves.append((leaf, Opened(salt=salt, document=document) if later else None))

    def note(covered: int) -> str:
        whole = root([leaf.hash for leaf, _ in leaves[:covered]])
        at = START + timedelta(minutes=covered)
        return sign(Checkpoint(origin="log.example", size=covered, root=whole, time=at), key=key)

    return leaves, note


def _export(size: int, sizes: list[int], key: SigningKey = KEY) -> str:
    leaves, note = _world(size, key)
    notes = [note(covered) for covered in sizes]
    return "".join(write_export(origin="log.example", key=key.public, leaves=leaves, checkpoints=notes))


def _verify(text: str, trusted: list[str] | None = None) -> list[Check]:
    return verify_export(io.BytesIO(text.encode()), trusted_keys=trusted)


def _failed(checks: list[Check]) -> dict[str, int | None]:
    return {check.name: check.line for check in checks if not check.passed}


EXPORT = _export(5, [0, 3, 5])
LINES = EXPORT.splitlines(keepends=True)
KINDS = [json.loads(line)["type"] for line in LINES]


@pytest.mark.slow
@given(st.integers(0, 40), st.data())
def test_what_is_written_verifies(size: int, data: st.DataObject) -> None:
    sizes = sorted(data.draw(st.sets(st.integers(0, size)))) if size else []
    checks = _verify(_export(size, [*(covered for covered in sizes if covered < size), size]), [KEY.public.did])

    assert _failed(checks) == {}
    assert len(checks) == 11


def test_the_lines_stand_in_the_documented_order() -> None:
    leaf_with_document = ["leaf", "document"]
    assert [
        *("header", "checkpoint", "leaf", *leaf_with_document, "leaf", "checkpoint"),
        *(*leaf_with_document, *leaf_with_document, "checkpoint", "end"),
    ] == KINDS


@given(st.data())
def test_one_changed_byte_anywhere_is_refused(data: st.DataObject) -> None:
    changed = bytearray(EXPORT.encode())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    text = bytes(changed)

    checks = verify_export(io.BytesIO(text), trusted_keys=[KEY.public.did])

    assert _failed(checks) or [json.loads(line) for line in text.splitlines()] == [json.loads(line) for line in LINES]


def _edit(line: int, **members: object) -> str:
    entry = {**json.loads(LINES[line - 1]), **members}
    return "".join([*LINES[: line - 1], json.dumps(entry) + "\n", *LINES[line:]])


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        # the content of a leaf: its hash no longer fits, nor does any root after it
        (_edit(3, record="s-9"), {"leaves": 3, "shown": 3, "roots": 7}),
        (_edit(3, kind="seal"), {"leaves": 3, "shown": 3, "roots": 7}),
        (_edit(3, commitment="00" * 32), {"leaves": 3, "roots": 7}),
        (_edit(4, commitment="00" * 32), {"leaves": 4, "documents": 5, "roots": 7}),
        # the stated hash only: what is hashed is still right
        (_edit(4, leaf="00" * 32), {"leaves": 4}),
        (_edit(4, index=7), {"indices": 4, "form": 5, "end": 5, "coverage": 5}),
        (_edit(5, document={"score": "99.50"}), {"documents": 5}),
        (_edit(5, document={"score": 1.5}), {"documents": 5}),
        (_edit(5, salt="ff" * 16), {"documents": 5}),
        (_edit(5, salt="ff"), {"form": 5, "end": 5, "coverage": 5}),
        (_edit(7, note=json.loads(LINES[11])["note"]), {"roots": 7}),
        (_edit(7, note=json.loads(LINES[6])["note"].replace("\n3\n", "\n4\n")), {"signatures": 7}),
        (_edit(13, leaves=6), {"end": 13}),
        (_edit(1, version=2), {"form": 1, "end": 1, "coverage": 1, "key": 1}),
        (_edit(1, key=FORGER.public.did), {"signatures": 2, "coverage": 13, "key": 1}),
        # lines taken out, doubled or cut off
        ("".join(LINES[:2] + LINES[3:]), {"indices": 3, "roots": 6, "coverage": 12, "end": 12}),
        ("".join(LINES[:3] + LINES[2:]), {"indices": 4, "roots": 8, "coverage": 14, "end": 14}),
        ("".join(LINES[:-1]), {"end": 12}),
        ("".join([*LINES[:-2], LINES[-1]]), {"coverage": 12, "end": 12}),
        ("".join(LINES[1:]), {"form": 1, "end": 1, "coverage": 1, "key": 1}),
        ("".join([*LINES, LINES[-1]]), {"form": 14}),
        ("".join([*LINES[:5], LINES[4], *LINES[5:]]), {"form": 6, "end": 6, "coverage": 6}),
        ("", {"end": 0, "coverage": 0, "key": 1}),
        ("[]\n", {"form": 1, "end": 1, "coverage": 1, "key": 1}),
    ],
)
def test_the_first_line_that_differs_is_named(text: str, failed: dict[str, int]) -> None:
    assert _failed(_verify(text, [KEY.public.did])) == failed


def test_a_whole_forged_export_vouches_for_itself_but_not_to_who_knows_the_key() -> None:
    forged = _export(5, [5], FORGER)

    assert _failed(_verify(forged)) == {}
    assert _failed(_verify(forged, [KEY.public.did])) == {"key": 1}


def test_a_tree_beyond_its_last_checkpoint_is_not_covered() -> None:
    checks = {check.name: check.sentence for check in _verify(_export(5, [3]))}

    assert checks["coverage"] == "Line 11: Of 5 leaves, 3 are covered by a signed checkpoint."


def test_checkpoints_out_of_order_in_time_are_seen() -> None:
    leaves, note = _world(2)
    early = Checkpoint(origin="log.example", size=2, root=root([leaf.hash for leaf, _ in leaves]), time=START)
    notes = [note(1), sign(early, key=KEY)]
    text = "".join(write_export(origin="log.example", key=KEY.public, leaves=leaves, checkpoints=notes))

    assert _failed(_verify(text)) == {"consistency": 6}


def test_the_writer_refuses_what_would_not_verify() -> None:
    leaves, note = _world(3)
    for wrong_leaves, notes, told in [
        (leaves[1:], [], "index 1 stands at place 0"),
        (leaves, [note(3), note(2)], "not in order"),
        (leaves[:2], [note(3)], "covers 3 leaves"),
    ]:
        with pytest.raises(ValueError, match=told):
            list(write_export(origin="log.example", key=KEY.public, leaves=wrong_leaves, checkpoints=notes))


def _written(*made: tuple[str, str, dict[str, str] | None]) -> list[Check]:
    """The checks of an export with these leaves: kind, record, and the document where it is shown."""
    salt = bytes(16)
    leaves = [
        (Leaf(index=index, kind=kind, record=record, commitment=salted(told or {}, salt)), told and Opened(salt, told))
        for index, (kind, record, told) in enumerate(made)
    ]
    whole = Checkpoint(origin="log.example", size=len(leaves), root=root([leaf.hash for leaf, _ in leaves]), time=START)
    text = write_export(origin="log.example", key=KEY.public, leaves=leaves, checkpoints=[sign(whole, key=KEY)])
    return _verify("".join(text))


def test_a_latest_leaf_without_its_document_needs_an_erasure_after_it() -> None:
    act, score, erasure = (
        ("act", "a", None),
        ("score", "s", {"score": "1"}),
        ("erasure", "e", {"done_at": "2026-11-01"}),
    )
    assert _failed(_written(act, erasure, score)) == {}
    assert "but for 1 acts" in {one.name: one.sentence for one in _written(act, erasure, score)}["shown"]
    assert _failed(_written(erasure, act, score)) == {"shown": 4}
    assert _failed(_written(act, score, ("erasure", "e", {"done_at": ""}))) == {"shown": 2}
    assert _failed(_written(("score", "t", None), erasure)) == {"shown": 2}
    assert _failed(_written(("score", "s", None), score)) == {}


def test_an_export_without_documents_says_what_it_does_not_show() -> None:
    told = {one.name: one for one in _written(("score", "s", None))}["shown"]
    assert told.passed and "shows no documents" in told.sentence


def test_every_failing_line_is_counted_and_the_first_twenty_are_named() -> None:
    lines = [json.loads(line) for line in _export(60, [60]).splitlines()]
    text = "".join(json.dumps({**one, "document": {}} if one["type"] == "document" else one) + "\n" for one in lines)
    told = {one.name: one for one in _verify(text)}["documents"]
    assert (told.line, told.failures, told.sentence.count("Line ")) == (4, 30, 20)
    assert told.sentence.endswith("In all 30 failures, the first 20 named.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "arguments", "status", "told"),
    [
        (EXPORT, ["--key", KEY.public.did], 0, "pass  key"),
        (EXPORT, [], 0, "vouches for its own key"),
        (_edit(5, document={}), [], 1, "FAIL  documents: Line 5: The document is not the one leaf 1 (score s-1)"),
        (None, [], 2, "cannot be read"),
    ],
)
def test_the_script_needs_no_application(
    tmp_path: Path, text: str | None, arguments: list[str], status: int, told: str
) -> None:
    file = tmp_path / "export.jsonl"
    if text is not None:
        file.write_text(text)
    blocked = "import sys; sys.modules['django'] = None; from assess.ledger.export_check import main; sys.exit(main())"

    done = subprocess.run(
        [sys.executable, "-c", blocked, str(file), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, told in done.stdout + done.stderr) == (status, True), done
