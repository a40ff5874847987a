"""The register names every automated function there is, and no learned model."""

from dataclasses import replace
from importlib.metadata import PackageNotFoundError

import pytest

from assess.validity.dossier import automation
from assess.validity.dossier.automation import Function, register
from assess.validity.dossier.facts import WorkFact
from item_bank.qti.content import CONTENT_TYPES
from simulator_adapters.registry import adapter_ids


def test_every_adapter_and_every_kind_of_question_stands_in_the_register() -> None:
    found = register(())
    keys = {one.key for one in found.functions}
    for name in adapter_ids():
        assert name in keys or f"adapter-{name}" in keys
    scored = next(one for one in found.functions if one.key == "items").does
    for kind in CONTENT_TYPES:
        assert kind.replace("_", " ") in scored or kind == "short_text"


def test_nothing_decides_against_a_person_and_everything_is_overseen() -> None:
    for one in register(()).functions:
        assert (
            "othing" in one.decides
            or "counts for nobody" in one.decides
            or "never takes one back" in one.decides
            or (one.decides.startswith(("Which items", "A proposal")))
        ), one.key
        assert one.validated and one.overseen and one.told and one.does


def test_no_learned_model_is_installed_and_the_register_says_so() -> None:
    found = register(())
    assert found.learned_packages == ()
    assert found.sentence.startswith("No AI or machine-learning model is used")


def test_an_installed_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "torch":
            return "2.0"
        raise PackageNotFoundError(name)

    monkeypatch.setattr(automation, "version", version)
    found = register(())
    assert found.learned_packages == ("torch",)
    assert "torch" in found.sentence and not found.sentence.startswith("No AI")


def test_what_was_counted_stands_beside_its_function() -> None:
    work = (WorkFact(function="rubric", worked=40, set_aside=2),)
    before = {one.key: one for one in register(()).functions}
    after: dict[str, Function] = {one.key: one for one in register(work).functions}
    assert after["rubric"] == replace(before["rubric"], worked=40, set_aside=2)
    assert after["gate"] == before["gate"]
