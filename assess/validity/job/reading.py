"""An element as an expert reads it: the very version a panel or a reviewer has before them, with what is right."""

from collections.abc import Mapping
from dataclasses import dataclass

from assess.schemes import queries as schemes
from assess.validity.job.coverage import Element
from item_bank import queries as items
from rubrics import queries as rubrics
from rubrics.definition import Criterion

KINDS = {"checklist": "Seen or not seen", "measurement": "Measured", "judgement": "Judged from 0 to 3"}


@dataclass(frozen=True)
class Reading:
    """What is asked, and lines of what is looked for; `within` says where it stands."""

    words: str
    within: str
    looked_for: tuple[str, ...]


def reading(shown: Mapping[str, str]) -> Reading:
    """Of an element as a panel keeps it: `id`, `kind`, `group` and the `sha256` of its version."""
    if shown["kind"] == "item":
        notes = items.for_markers([shown["sha256"]])[shown["sha256"]]
        points = tuple(one["point"] for one in notes["marking_points"])
        return Reading(notes["stem"], f"Online exam, domain {shown['group']}", (*notes["right"], *points))
    if shown["kind"] == "criterion":
        task = rubrics.definitions([shown["sha256"]])[shown["sha256"]]
        criterion = task.criterion(shown["id"])
        return Reading(criterion.text, f"{task.identifier}: {task.title}", _looked_for(criterion))
    document = schemes.simulations([shown["sha256"]])[0].document
    asked = str(document.get("brief") or document.get("order") or "")
    return Reading(str(document["title"]), "Simulation", (asked,) if asked else ())


def as_shown(element: Element) -> dict[str, str]:
    """A current element in the form that a panel keeps."""
    return {
        "id": element.identifier,
        "kind": element.kind,
        "group": element.group,
        "sha256": element.sha256,
        "author": element.author,
    }


def _looked_for(criterion: Criterion) -> tuple[str, ...]:
    must = ("Must be right, whatever the total.",) if criterion.must_pass else ()
    anchors = tuple(f"{level}: {words}" for level, words in enumerate(criterion.anchors))
    seen = (criterion.observe,) if criterion.observe else ()
    return (f"{KINDS[criterion.kind]}, {criterion.points} points.", *must, *seen, *anchors)
