"""The import contracts name every module that must stay pure, and every room."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What DESIGN calls pure, as paths; one that does not exist yet is looked for again when it does.
PURE = (
    "assess/awards/builders.py",
    "assess/awards/decision.py",
    "assess/awards/candidate_checks.py",
    "assess/awards/checks.py",
    "assess/awards/gate.py",
    "assess/awards/gate_record.py",
    "assess/awards/proofs.py",
    "assess/awards/scheme_checks.py",
    "assess/awards/waivers.py",
    "assess/awards/what_if.py",
    "assess/awards/window_checks.py",
    "assess/proctoring/policy.py",
    "assess/psychometrics",
    "assess/standard_setting",
    "item_bank/assembly.py",
    "item_bank/interactions",
    "item_bank/lint.py",
    "item_bank/qti",
    "rubrics/marking.py",
    "simulator_adapters",
)


def contracts() -> dict[str, dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {contract["id"]: contract for contract in settings["contracts"]}


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_every_pure_module_is_held_to_the_contract() -> None:
    lifecycles = [path for path in ROOT.glob("*/**/lifecycle.py") if ".venv" not in path.parts]
    needed = {module(ROOT / path) for path in PURE if (ROOT / path).exists()} | {module(path) for path in lifecycles}
    held = contracts()["pure"]["source_modules"]
    assert isinstance(held, list)
    assert sorted(needed - set(held)) == []


def test_purity_forbids_the_web_and_the_queue() -> None:
    assert contracts()["pure"]["forbidden_modules"] == ["django", "channels", "celery", "kombu", "ninja", "requests"]


def test_cycles_are_forbidden_in_every_room() -> None:
    rooms = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
    assert contracts()["acyclic"]["ancestors"] == rooms
