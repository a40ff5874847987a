"""The door: every action has a rule, nothing outside the actions writes our tables, and nobody acts for another."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

from assess import door
from assess.ledger.models import Act, Outbox
from assess.people.actions import service_account
from assess.people.models import Organisation
from assess.people.queries import actor
from assess.permissions import INTERNAL, RULES

ROOT = Path(__file__).resolve().parents[1]
AREAS = sorted(
    ".".join(path.parent.relative_to(ROOT / "assess").parts) for path in (ROOT / "assess").rglob("actions.py")
)


def public_functions(area: str) -> set[str]:
    module = importlib.import_module(f"assess.{area}.actions")
    return {
        f"{area}.{name}"
        for name, held in vars(module).items()
        if inspect.isfunction(held) and held.__module__ == module.__name__ and not name.startswith("_")
    }


def test_every_action_has_a_rule_or_is_internal() -> None:
    found = {name for area in AREAS for name in public_functions(area)}
    assert found == set(RULES) | INTERNAL
    assert not set(RULES) & INTERNAL


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_names_an_action_with_keyword_arguments_only(name: str) -> None:
    parameters = inspect.signature(door.action(name)).parameters.values()
    assert {parameter.kind for parameter in parameters} <= {inspect.Parameter.KEYWORD_ONLY}
    assert RULES[name].roles


def test_unknown_action_is_refused() -> None:
    with pytest.raises(LookupError, match="No action"):
        door.action("ledger.sequence")


WRITES = {"create", "save", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITERS = {
    "actions.py",
    # the journal's hot path is its own door
    "append.py",
}
FRAMEWORK = {"assess/site/checks.py", "assess/attempts/files/media.py"}  # the second saves a picture, no row


def written_in(path: Path) -> list[str]:
    """Calls of a manager's or a model's writing methods. Plain dictionaries and digests have methods of the same
    names."""
    found = []
    source = path.read_text(encoding="utf-8")
    if not any(f".{method}(" in source for method in WRITES) and not re.search(r"(?i)insert|update|delete", source):
        return found  # parsing takes long
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            owner = ast.unparse(node.func.value)
            if ".objects" in owner or node.func.attr in WRITES - {"update", "delete"}:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {owner}.{node.func.attr}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.lstrip().upper()
            if words.startswith(("INSERT INTO", "UPDATE ", "DELETE FROM")):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} SQL")
    return found


def test_nothing_outside_the_actions_writes_our_tables() -> None:
    rooms = [ROOT / "assess", ROOT / "item_bank", ROOT / "rubrics", ROOT / "simulator_adapters"]
    found = [
        place
        for room in rooms
        for path in sorted(room.rglob("*.py"))
        if path.name not in WRITERS and "migrations" not in path.parts
        for place in written_in(path)
        if str(path.relative_to(ROOT)) not in FRAMEWORK
    ]
    # The door itself notes who did what.
    assert found == [
        "assess/door.py:" + place.split(":", 1)[1] for place in found if place.startswith("assess/door.py")
    ]
    assert len(found) == 1


@pytest.mark.django_db
def test_act_notes_who_did_what_on_which_record() -> None:
    installer = actor(service_account(name="installation"))
    made = door.act(installer, "people.found_organisation", name="Centre")
    note = Act.objects.get(action="people.found_organisation")
    assert (note.actor, note.records) == (installer.id, [["assess.Organisation", str(made.pk)]])
    assert Outbox.objects.get(payload__record=str(note.pk)).topic == "ledger"


@pytest.mark.django_db
def test_actor_without_the_role_is_refused_and_nothing_is_written() -> None:
    nobody = actor(service_account(name="installation"))
    with pytest.raises(door.Forbidden, match=r"validity\.cut_scores\.adopt_cut_score needs one of the roles board"):
        door.act(nobody, "validity.cut_scores.adopt_cut_score", cut_score_id=None, board="x")
    assert not Act.objects.exists()


@pytest.mark.django_db
def test_failing_action_leaves_no_trace() -> None:
    installer = actor(service_account(name="installation"))
    door.act(installer, "people.open_account", email="a@example.org", given_name="A")
    before = Act.objects.count()
    with pytest.raises(Exception, match="There is an account for"):
        door.act(installer, "people.open_account", email="a@example.org", given_name="B")
    assert Act.objects.count() == before


@pytest.mark.django_db
def test_acts_on_many_things_are_all_done_or_none() -> None:
    installer = actor(service_account(name="installation"))
    with pytest.raises(TypeError):
        door.act_on_all(installer, "people.found_organisation", [{"name": "One"}, {"no such argument": 1}])
    assert not Organisation.objects.filter(name="One").exists()
