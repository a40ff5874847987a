"""A study of a dataset: a pure function of its bytes, the cuts and the seed.

Rows stand in the order of their random names, whatever order they were gathered in, so nothing about the machine, the day or the
database reaches a figure. The document names its settings, so that it can be computed again from itself and the bytes.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assess.ledger.canonical import canonical
from assess.validity.datasets.contents import Contents, decode
from assess.validity.datasets.freezing import freeze
from assess.validity.report.written import Document
from assess.validity.studies.analysis import analyse
from assess.validity.studies.software import software

SEED = 20_261_123
SIMULATED = (
    "The candidates, their assessors and the panel are made up by a stated model with a fixed seed. "
    "Nothing here says anything about real people."
)


@dataclass(frozen=True)
class Settings:
    """Everything beside the bytes that a study's document hangs on. Cuts are per cent, with their standard error or None."""

    cuts: Mapping[str, tuple[Decimal, Decimal | None]]
    seed: int = SEED

    def document(self) -> Document:
        """As they are stored, with the software that computes now."""
        return {
            "cuts": {
                part: [str(value), None if se is None else str(se)] for part, (value, se) in sorted(self.cuts.items())
            },
            "seed": self.seed,
            "software": software(),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Settings":
        """Settings as they were stored.

        >>> given = Settings({"exam": (Decimal("60.00"), None)}, seed=5)
        >>> Settings.of(given.document()) == given
        True
        """
        cuts = {
            part: (Decimal(value), None if se is None else Decimal(se))
            for part, (value, se) in document["cuts"].items()
        }
        return cls(cuts, document["seed"])


def study_of_bytes(body: bytes, settings: Settings, report: Callable[[str], None] = lambda step: None) -> Document:
    """Analyse frozen data; `report` is told each step before it begins.

    Raises
    ------
    ValidityError
        `not-a-dataset`.
    ResponseError
        When the data contradict themselves.
    """
    contents = decode(body)
    arrays = freeze(contents)
    found = analyse(
        title=contents.title,
        simulated=SIMULATED if contents.simulated else None,
        responses=arrays.responses,
        ratings=arrays.ratings,
        task_scores=arrays.task_scores,
        parts=arrays.parts,
        global_ratings=arrays.global_ratings,
        sittings=arrays.sittings,
        groups=arrays.groups,
        cuts=settings.cuts,
        sources=[{"name": "dataset", "sha256": hashlib.sha256(body).hexdigest()}],
        seed=settings.seed,
        report=report,
    )
    return found | {"settings": settings.document(), "data": data_document(contents)}


def data_document(contents: Contents) -> Document:
    """What is in the data and what is not: versions, sittings, exclusions with their reasons."""
    return {
        "scheme": {"code": contents.code, "version": contents.version, "hash": contents.content},
        "attempts": len(contents.attempts),
        "repeats": sum(1 for one in contents.attempts if one.repeat),
        "sittings": [{"site": one.site, "day": one.day} for one in contents.sittings],
        "versions": {
            "items": len(contents.items),
            "tasks": len(contents.tasks),
            "simulations": len(contents.simulations),
            "of_several": _several(contents),
        },
        "left_out": [
            {
                "reason": one.reason,
                "sentence": one.sentence,
                "attempts": one.attempts,
                "by": "named people" if one.records else "rule",
                "records": list(one.records),
            }
            for one in contents.left_out
        ],
        "withheld": dict(contents.withheld),
    }


def _several(contents: Contents) -> list[str]:
    """Items, tasks and simulations of which more than one version was taken: each version is a column of its own."""
    columns = [*contents.items, *contents.tasks, *contents.simulations]
    identifiers = [one.identifier for one in columns]
    return sorted({one for one in identifiers if identifiers.count(one) > 1})


def document_sha256(document: Document) -> str:
    """SHA-256 of a document's canonical bytes."""
    return hashlib.sha256(canonical(document)).hexdigest()
