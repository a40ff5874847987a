"""What the gate's scheme level looks at: what has to stand before anybody sits down, as records tell it.

The caller gathers them; nothing here is computed. `None` means that nobody has recorded it, and is never taken for a pass.
"""

from dataclasses import dataclass
from datetime import date

from .checks import Evidence
from .decision import CutScore


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A duty of the awarding body: `state` is `missing`, `proposed`, `signed` or `expired`."""

    name: str
    state: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The frame of levels and hours the scheme names, and what of it does not fit or waits for a record, a sentence each.

    `name` is empty where the scheme names no frame and its kind asks for none.
    """

    name: str
    misfits: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class KindEvidence:
    """The kind of scheme (certification, certificate programme, micro-credential) and what of its evidence list is not there.

    `codes` are those of the list, by which a check knows whether this kind asks for it; `asked` and `missing` are for people.
    """

    kind: str
    codes: frozenset[str]
    asked: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobLink:
    """An adopted job-task analysis and how it reaches the items and criteria.

    `enough`: whether as many practitioners answered as its own rules ask for; `gaps` names what job and assessment do not share.
    """

    tasks: int
    practitioners: int
    enough: bool
    adopted_on: date
    gaps: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ContentValidation:
    """Experts' verdicts on items and criteria: how many were judged of how many, what was rejected, what stays unsure."""

    experts: int
    judged: int
    of: int
    rejected: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BiasReview:
    """The review for bias and sensitivity: how much of the content was looked at, and what was found and not settled."""

    reviewed: int
    of: int
    unsettled: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Assessor:
    """One assessor of the scheme's sittings. `state`: `trained`, `lapsed`, `untrained`, or `unsure` where agreement with the
    reference rests on too little."""

    name: str
    state: str


@dataclass(frozen=True, kw_only=True)
class RaterTraining:
    """The training of everybody who assesses in the scheme's sittings; nobody may be assigned yet.

    `lowest` is the smallest share of the reference's marks that one of them gave exactly, with its interval.
    """

    assessors: tuple[Assessor, ...]
    lowest: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Publication:
    """The recorded review by which the scheme's content was published; no reviewer means there was none."""

    version: str
    reviewed_by: tuple[str, ...]
    on: date | None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SchemeFacts:
    """Everything the scheme level looks at.

    Parameters
    ----------
    sample
        Whether the content is a sample: what it awards says so, and can never be taken for the real credential.
    needed
        The parts that need a cut score, the overall score among them where the scheme has one.
    cut_scores
        The cut scores in force, adopted or not; `cut_records` names the record of each.
    """

    sample: bool
    needed: tuple[str, ...]
    cut_scores: tuple[CutScore, ...]
    publication: Publication
    cut_records: tuple[Evidence, ...] = ()
    kind: KindEvidence | None = None
    duties: tuple[Duty, ...] | None = None
    frame: Frame | None = None
    job: JobLink | None = None
    content: ContentValidation | None = None
    bias: BiasReview | None = None
    training: RaterTraining | None = None
