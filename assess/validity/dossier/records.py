"""The records a dossier is made of, as plain dictionaries: what each must hold.

Identifiers name the record a claim comes from and stand beside it on the page. Dates are ISO 8601 text, figures are decimal
text. A list may be empty; the page then says "none yet". People appear by role, never by name.
"""

from typing import Any, TypedDict


class EscoLink(TypedDict):
    """A skill of the ESCO classification: its URI, and its label in the version used."""

    uri: str
    label: str


class Outcome(TypedDict):
    """A learning outcome; `esco` is empty when no exact match exists."""

    id: str
    statement: str
    esco: list[EscoLink]


class AssessedPart(TypedDict):
    """A part of the assessment: `weight` is its share of the overall score ("0.40") or None; `rules` are sentences."""

    id: str
    title: str
    weight: str | None
    rules: list[str]


class Review(TypedDict):
    """One recorded review of the content: who by role, when, with what verdict."""

    id: str
    role: str
    on: str
    verdict: str
    about: str


class Scheme(TypedDict):
    """One version of a credential scheme.

    `sample` says that the content is a draft that yields sample credentials only; `rules` are the sentences of the decision rule.
    """

    id: str
    code: str
    title: str
    version: str
    content_sha256: str
    awarding_body: str
    eqf_level: str
    ects: str
    hours: str
    sample: bool
    prerequisites: list[str]
    outcomes: list[Outcome]
    parts: list[AssessedPart]
    rules: list[str]
    reviews: list[Review]


class StudyRecord(TypedDict):
    """A stored study; `document` is what `analysis.analyse` returned."""

    id: str
    number: int
    run_at: str
    dataset_sha256: str
    document: dict[str, Any]


class CutScoreRecord(TypedDict):
    """A cut score, per cent. `board` and `adopted_at` are empty while no board has adopted it; `standard_error` may be None."""

    id: str
    part: str
    number: int
    value: str
    standard_error: str | None
    method: str
    panel: str
    held_at: str
    board: str
    adopted_at: str
    simulated: bool


class Reason(TypedDict):
    """A sentence and in how many cases it was the reason."""

    sentence: str
    count: int


class CheckCounts(TypedDict):
    """One check of the gate over all candidates."""

    name: str
    protects_against: str
    threshold: str
    source: str
    passed: int
    failed: int
    not_enough_evidence: int
    waived: int
    reasons: list[Reason]


class GateSummary(TypedDict):
    """The gate over all candidates: for how many it opened, and each check, in the order of `awards.gate.CHECKS`."""

    candidates: int
    opened: int
    checks: list[CheckCounts]


class Decisions(TypedDict):
    """What was decided and awarded. `undecided` counts results that still wait for something.

    `awards` are credentials issued, `revoked` and `suspended` those no longer valid; `records` names the records counted (ids
    of decisions, or of the query's snapshot). `refusals` are reasons why nothing was awarded.
    """

    decided: int
    passed: int
    undecided: int
    awards: int
    suspended: int
    revoked: int
    refusals: list[Reason]
    records: list[str]


class LedgerState(TypedDict):
    """The checkpoint that covers everything above: size and root of the tree, when and with which key it was signed."""

    size: int
    root: str
    signed_at: str
    key: str


class WaiverRecord(TypedDict):
    """A named exception to one check: why, by which two roles, and the last day it counts."""

    id: str
    check: str
    reason: str
    roles: list[str]
    granted_on: str
    expires_on: str
