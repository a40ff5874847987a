"""What is known about the job behind a scheme version, as values that the gate and the dossier take.

Every figure is an estimate's document (`assess.validity.report.written`): value, interval, n, method, source, whether it
suffices, and why not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Statement:
    """A job task or a piece of knowledge as an analysis came to it.

    `kept` is the board's word once there is one, and the rules' before; `sentence` says why. `figures` holds the
    estimates by name: `importance`, `frequency`, `harm`, `done`, `weight`, and `learned` where it was asked.
    """

    identifier: str
    kind: str
    words: str
    outcomes: tuple[str, ...]
    kept: bool
    verdict: str
    sentence: str
    figures: Mapping[str, Document]


@dataclass(frozen=True)
class Analysis:
    """A job-task analysis: who was asked, what was kept, over which frozen data, and who adopted it.

    `adopted_on` is None while no board has; `remark` holds its reasons. `enough` says whether as many practitioners answered as
    its rules ask for.
    """

    id: str
    number: int
    title: str
    state: str
    statements: tuple[Statement, ...]
    practitioners: int
    enough: bool
    reliability: Document
    dataset_sha256: str
    run_by: str
    adopted_by: str
    board: str
    adopted_on: date | None
    remark: str
    simulated: bool

    @property
    def kept(self) -> tuple[Statement, ...]:
        """What counts towards the weights."""
        return tuple(one for one in self.statements if one.kept)


@dataclass(frozen=True)
class Weight:
    """The share that the job gives something, beside the share that the scheme gives it.

    The interval holds how practitioners differ, and nothing else: what was written up in more statements weighs more.

    `group` is `outcome` (over the whole assessment), `domain` (of the online exam) or `task` (of the practical parts).
    `verdict` is `agrees`, `differs` or `not enough evidence`, by the interval and the tolerance.
    """

    group: str
    identifier: str
    title: str
    job: Document
    scheme: str
    difference: str
    tolerance: str
    verdict: str
    sentence: str


@dataclass(frozen=True)
class Cell:
    """The elements that test a job task under an outcome, by kind (`item`, `criterion`, `simulation`)."""

    outcome: str
    items: tuple[str, ...]
    criteria: tuple[str, ...]
    simulations: tuple[str, ...]

    @property
    def elements(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.items, *self.criteria, *self.simulations)


@dataclass(frozen=True)
class Row:
    """A statement of the job across the outcomes it is linked to."""

    statement: str
    kind: str
    words: str
    cells: tuple[Cell, ...]

    @property
    def elements(self) -> tuple[str, ...]:
        """Every element that tests it, once."""
        return tuple(dict.fromkeys(name for cell in self.cells for name in cell.elements))


@dataclass(frozen=True)
class Gap:
    """What is missing between job, outcomes and what is asked.

    `kind` is `untested` (a statement of the job that nothing tests), `unlinked outcome` (an outcome that no statement
    of the job stands behind) or `unlinked element` (an item, criterion or simulation that tests no statement).
    """

    kind: str
    what: str
    sentence: str


@dataclass(frozen=True)
class Coverage:
    """Job task × outcome × element, with every gap by name."""

    outcomes: tuple[str, ...]
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class ElementVerdict:
    """What experts said about an item, a criterion or a simulation.

    `verdict` is `accept`, `revise`, `reject` or `not enough evidence`. `current` is False where the element has changed
    since the panel looked at it, so that the verdict is about another text.
    """

    element: str
    kind: str
    words: str
    outcome: str
    cvr: Document
    critical_cvr: str | None
    i_cvi: Document
    kappa: Document
    aiken_v: Document
    aiken_p: str
    verdict: str
    sentence: str
    current: bool


@dataclass(frozen=True)
class ContentValidation:
    """A closed content panel: its experts, its verdicts, the scale's indices, over which frozen ratings."""

    id: str
    number: int
    experts: int
    closed_on: date
    dataset_sha256: str
    elements: tuple[ElementVerdict, ...]
    missing: tuple[str, ...]
    s_cvi_average: Document
    s_cvi_universal: Document
    simulated: bool

    def with_verdict(self, verdict: str) -> tuple[ElementVerdict, ...]:
        """The elements of which the panel said this."""
        return tuple(one for one in self.elements if one.verdict == verdict)


@dataclass(frozen=True)
class OpenConcern:
    """A concern about bias or sensitivity that nobody has resolved; it blocks."""

    id: str
    element: str
    code: str
    words: str
    raised_by: str


@dataclass(frozen=True)
class BiasState:
    """How far items and criteria were read for bias: by how many people, what was not read, what is open."""

    reviewers: int
    reviewed: int
    missing: tuple[str, ...]
    open: tuple[OpenConcern, ...]
    resolved: int
    simulated: bool

    @property
    def sound(self) -> bool:
        """Everything was read and no concern is open."""
        return not self.missing and not self.open and self.reviewed > 0


@dataclass(frozen=True)
class JobEvidence:
    """Everything about the job of one scheme version. `analysis` is the adopted one, or None while there is none.

    `waiting` is a later analysis that is open, or closed and waits for a board. `lacking` and `holding` say so for people.
    """

    analysis: Analysis | None
    waiting: Analysis | None
    weights: tuple[Weight, ...]
    coverage: Coverage
    content: ContentValidation | None
    bias: BiasState
    lacking: tuple[str, ...]
    holding: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is lacking and what holds, for people."""
        return (*self.lacking, *self.holding)

    @property
    def differing(self) -> tuple[Weight, ...]:
        """Where job and scheme differ by more than the tolerance."""
        return tuple(one for one in self.weights if one.verdict == "differs")


def nothing_recorded() -> JobEvidence:
    """Of a scheme version whose job nobody has looked at."""
    return JobEvidence(
        analysis=None,
        waiting=None,
        weights=(),
        coverage=Coverage((), (), ()),
        content=None,
        bias=BiasState(0, 0, (), (), 0, False),
        lacking=("No job-task analysis is recorded.", "No content panel is recorded.", "No bias review is recorded."),
        holding=(),
    )
