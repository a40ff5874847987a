"""A scheme without level, size and quality assurance: published as an open badge, and called one on every page."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from assess.management.world import cast
from assess.schemes import actions
from assess.schemes import queries as schemes
from assess.schemes.errors import SchemeError
from assess.schemes.loading import load_content

CONTENT = Path(__file__).resolve().parents[2] / "assess" / "content"
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample content with MC-ECW stripped of what makes a micro-credential, outside of every stack."""
    for file in CONTENT.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / "credentials.yaml"
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    scheme = next(one for one in document["credentials"] if one["id"] == "MC-ECW")
    for key in ("eqf_level", "eqf_uri", "workload", "frame"):
        del scheme[key]
    del scheme["metadata"]["quality_assurance"]
    scheme["stackability"]["stacks"] = []
    document["stacks"] = [one for one in document["stacks"] if "MC-ECW" not in [*one["required"], *one["electives"]]]
    for one in document["credentials"]:
        one["stackability"]["stacks"] = [name for name in one["stackability"]["stacks"] if name != "STK-EVT"]
    _write(path, document)
    return tmp_path


def _write(path: Path, document: Any) -> None:
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")


def declared(folder: Path, kind: dict[str, str]) -> Path:
    path = folder / "credentials.yaml"
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    next(one for one in document["credentials"] if one["id"] == "MC-ECW")["kind"] = kind
    _write(path, document)
    return folder


@pytest.mark.slow
def test_it_is_no_micro_credential_and_is_shown_as_an_open_badge(folder: Path) -> None:
    with pytest.raises(SchemeError) as caught:
        load_content(declared(folder, {"is": "micro_credential"}))
    told = {problem.field for problem in caught.value.problems if problem.identifier == "MC-ECW"}
    assert {"eqf_level", "workload", "metadata.quality_assurance", "frame"} <= told

    plan = load_content(declared(folder, {"is": "open_badge", "recognises": "a circuit wired in the open workshop"}))
    people = cast.assemble(candidates=1, assessors=1, judges=1)
    plan = dataclasses.replace(plan, items=(), enemies=(), tasks=(), simulations=(), blueprints=(), stacks=())
    actions.load_content_plan(
        plan=plan, loaded_by=people.author.pk, reviewed_by=people.reviewer.pk, reason="second reader"
    )
    version = schemes.current_version("MC-ECW")
    assert [duty.code for duty in schemes.duties_of(version.pk)] == ["policy_alignment", "ownership"]
    assert schemes.frame_report(version.pk).sentences[0].startswith("The scheme names no frame")

    director, candidate = Client(), Client()
    director.force_login(people.director)
    candidate.force_login(people.candidates[0])
    page = director.get(f"/director/schemes/{version.pk}/").content.decode()
    assert "Open badge MC-ECW" in page
    assert "ECTS" not in page
    duties = director.get(f"/director/schemes/{version.pk}/duties/").content.decode()
    assert "Held against no frame" in duties
    assert "a circuit wired in the open workshop" in duties
    assert "Open badge MC-ECW" in candidate.get("/candidate/").content.decode()
