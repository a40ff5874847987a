"""The register of automated functions and AI: each function that computes something about a result, read from the system.

ISO/IEC 17024 (2026, clause 6.5 of the draft) and ASTM E2659-24 ask for it. Functions are read from the registries they work by, so
that one added later stands here too; how often each worked, and how often a person set its answer aside, comes from the records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from assess.validity.dossier.facts import WorkFact
from item_bank.qti.content import ALLOWED_RULES, Rule
from simulator_adapters.registry import adapter_ids

LEARNED = (
    "torch",
    "tensorflow",
    "scikit-learn",
    "transformers",
    "onnxruntime",
    "xgboost",
    "lightgbm",
    "keras",
    "openai",
    "anthropic",
    "langchain",
    "llama-cpp-python",
    "spacy",
    "face-recognition",
    "dlib",
    "mediapipe",
    "opencv-python",
)
"""Packages by which a learned model would come in; the register looks for each in this installation."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """One automated function.

    Attributes
    ----------
    does, decides
        What it computes, and what follows from its answer alone (against a person: nothing).
    how
        Whether it is a fixed rule, a statistic or a learned model.
    validated
        How it was shown to be right, and where the figures stand.
    overseen
        Which people look at its answers, and what they can do.
    told
        What candidates are told.
    worked, set_aside
        How often, for this scheme version; None where it is not counted.
    """

    key: str
    name: str
    does: str
    decides: str
    how: str
    validated: str
    overseen: str
    told: str
    worked: int | None = None
    set_aside: int | None = None


@dataclass(frozen=True, kw_only=True)
class Register:
    """Every automated function, and which learned models were found in this installation (none, as a rule)."""

    functions: tuple[Function, ...]
    learned_packages: tuple[str, ...]

    @property
    def sentence(self) -> str:
        if not self.learned_packages:
            return (
                "No AI or machine-learning model is used: every function below is a fixed rule or a published"
                f" statistic, and none of {len(LEARNED)} packages by which such a model would come in is installed."
            )
        found = ", ".join(self.learned_packages)
        return (
            f"Packages for learned models are installed ({found}). No function of this product uses them; say here what"
            " does."
        )


RULE, STATISTIC = "fixed rule", "published statistic"
NOTHING = "Nothing against a person."


def register(work: Sequence[WorkFact]) -> Register:
    """The register for one scheme version."""
    counted = {one.function: one for one in work}
    made = [*_items(), *_machines(), *RULES]
    return Register(
        functions=tuple(_counted(function, counted) for function in made),
        learned_packages=tuple(name for name in LEARNED if _installed(name)),
    )


def _counted(function: Function, counted: Mapping[str, WorkFact]) -> Function:
    found = counted.get(function.key)
    if found is None:
        return function
    return Function(**{**function.__dict__, "worked": found.worked, "set_aside": found.set_aside})


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _items() -> list[Function]:
    kinds = [kind for kind, rules in ALLOWED_RULES.items() if Rule.HUMAN_TWO_RATERS not in rules]
    return [
        Function(
            key="items",
            name="Scoring of closed questions",
            does=(
                "Compares an answer with the key of the item version:"
                f" {', '.join(kind.replace('_', ' ') for kind in kinds)}."
            ),
            decides="The points of the item. " + NOTHING,
            how=RULE,
            validated=(
                "A pure function of answer and item version; property tests, and the sequence of a QTI 3 reference"
                " engine on the same items."
            ),
            overseen=(
                "Authors and a second reader release each key; a wrong key is mended by a new version and a re-score"
                " that two people sign."
            ),
            told="Before the exam: which questions a machine scores. After it: points for each outcome.",
        ),
        Function(
            key="short_text",
            name="Short written answers",
            does=(
                "Nothing but the gathering: two people give points, blind to each other; a third settles a difference."
            ),
            decides=NOTHING,
            how="people",
            validated="Agreement of the two is part of each study.",
            overseen="It is people who score.",
            told="That people read and score these answers.",
        ),
    ]


def _machines() -> list[Function]:
    made = []
    for name in adapter_ids():
        if name in MACHINES:
            made.append(MACHINES[name])
        else:
            made.append(
                Function(
                    key=f"adapter-{name}",
                    name=f"Measuring station or simulator “{name}”",
                    does="Measures, and holds measured values against limits.",
                    decides="Whether a value lies within its limits. " + NOTHING,
                    how="not known here",
                    validated="No validation of it is recorded in this register.",
                    overseen="Assessors see what it measured; record its validation before it is used for results.",
                    told="That a machine measures.",
                )
            )
    return made


MACHINES = {
    "wiring": Function(
        key="wiring",
        name="Verdicts on simulated wirings",
        does=(
            "Solves the drawn circuit in every position of its switches, under every fault the task injects, and names"
            " what works and what is a hazard."
        ),
        decides="The points of the simulation; a hazard caps them. " + NOTHING,
        how=RULE,
        validated="Held against ngspice on the same circuits and mutants; figures in docs/evidence/wiring.md.",
        overseen=(
            "The candidate sees findings with state and reason; a wiring can be judged again under a mended task,"
            " signed by two."
        ),
        told="That a simulator judges, by which rules, and what counts as a hazard.",
    ),
    "scpi": Function(
        key="scpi",
        name="Readings of laboratory instruments",
        does="Asks an instrument for its reading over SCPI and holds the value, with its uncertainty, against limits.",
        decides="Whether a reading lies within its limits. " + NOTHING,
        how=RULE,
        validated=(
            "Each reading is followed by the question who answers, so that no late or repeated answer is read as"
            " another; held against an instrument that misbehaves. The value itself is answered for by the calibration"
            " certificate."
        ),
        overseen="The assessor stands beside it, sees the reading, and can have it taken again.",
        told="That an instrument is read by a machine, which one, and until when its calibration holds.",
    ),
    "sunspec": Function(
        key="sunspec",
        name="Verdicts on inverter settings",
        does=(
            "Reads registers back from the simulated inverter and holds them, and its response, against the order's"
            " limits."
        ),
        decides="The points of the simulation. " + NOTHING,
        how=RULE,
        validated=(
            "Register models held against an independent implementation of SunSpec; measured values rounded before"
            " limits are applied."
        ),
        overseen="As for wirings.",
        told="That a simulator judges, and against which order.",
    ),
}

RULES = (
    Function(
        key="rubric",
        name="From marks to a task score",
        does=(
            "Adds an assessor's marks by the published rubric; holds measured values against limits with their guard"
            " band."
        ),
        decides="The score of a task from marks that people gave. " + NOTHING,
        how=RULE,
        validated="A pure function of the sheet and the pinned rubric version; property tests over random sheets.",
        overseen="Two assessors mark; where they differ, a third person settles it with a reason.",
        told="The rubric's criteria before the attempt; marks by criterion afterwards.",
    ),
    Function(
        key="decision",
        name="The decision rule",
        does="Holds part scores against the cut scores in force, and must-pass criteria against what was marked.",
        decides=(
            "A proposal: passed, not passed, or no decision. It counts for nobody until two people signed it, whichever"
            " way it goes."
        ),
        how=RULE,
        validated=(
            "Property tests: no path to an award without the checks; the same score and cuts give the same decision."
        ),
        overseen=(
            "Two people who neither taught nor assessed the candidate; results near a cut are looked at again by name."
        ),
        told="The rule, the cut scores and one's own result beside them, once two people signed.",
    ),
    Function(
        key="gate",
        name="The gate",
        does="Holds the evidence of scheme, window and candidate against named thresholds.",
        decides="Whether a credential may be issued now. It delays an award; it never takes one back.",
        how=RULE,
        validated="Property tests over random facts; every check names threshold, source and computation.",
        overseen="Exceptions are reasoned, dated, and signed by two people.",
        told="That awards wait for evidence, and what one's own award waits for.",
    ),
    Function(
        key="assembly",
        name="Drawing of exam forms",
        does="Chooses items by the blueprint (integer programming) and hides their order behind a secret seed.",
        decides="Which items a candidate gets. " + NOTHING,
        how=RULE,
        validated="Every form is checked against its blueprint; what is infeasible is named.",
        overseen="Authors see coverage and exposure.",
        told="What the exam covers, and that forms differ.",
    ),
    Function(
        key="statistics",
        name="Studies",
        does=(
            "Reliability, item response models, facets, agreement, fit, differential functioning, consistency of"
            " decisions."
        ),
        decides="Nothing about any person: no score is changed by a statistic.",
        how=STATISTIC,
        validated=(
            "Stored cases beside other programs; recovery of simulated parameters; figures in"
            " docs/evidence/psychometrics.md."
        ),
        overseen="A director runs a study and reads it; “not enough evidence” is a result.",
        told="That results are studied in pooled form, under names local to the study.",
    ),
    Function(
        key="severity",
        name="Severity of assessors, and outlier hints",
        does="Estimates how severe an assessor is, and whose outcome hangs on it.",
        decides="Nothing: no mark is adjusted. It proposes whose work another person should mark again.",
        how=STATISTIC,
        validated="Recovery of simulated severities; agreement with published many-facet analyses.",
        overseen="A director decides on second marking; training is put in force by a named trainer.",
        told="That two assessors may mark the same work.",
    ),
    Function(
        key="alarms",
        name="Alarms of control charts",
        does="Raises an alarm when items, stations, instruments or assessors drift beyond stated limits.",
        decides="Nothing: an alarm asks a person to look.",
        how=STATISTIC,
        validated="False-alarm rates on data without drift; property tests of the charts.",
        overseen="One named person looks and says what was done; another closes it.",
        told="Nothing: it is about equipment, items and assessors.",
    ),
    Function(
        key="proctoring",
        name="Events of a supervised exam",
        does="Records that a window lost focus, a connection was lost, and the like, and sorts the board by them.",
        decides="Nothing: events are shown to a proctor. No face is recognised and no gaze is followed.",
        how=RULE,
        validated="A pure table of events and levels; no lost connection raises a flag.",
        overseen="A proctor raises an incident or does not; two people review it.",
        told="What is recorded at this level, in words one agrees to, before it begins.",
    ),
    Function(
        key="pictures",
        name="Pictures",
        does="Encodes photos and stills anew, and drops hidden data.",
        decides=NOTHING,
        how=RULE,
        validated="Tests over broken and hostile files.",
        overseen="People look; each look is recorded and shown to the candidate.",
        told="What is taken, for how long it is kept, and who looked.",
    ),
)
