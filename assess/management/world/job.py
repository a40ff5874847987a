"""The job behind a scheme, studied: a survey of made-up practitioners, a board, a panel of experts, a review for bias.

All of it is drawn by a stated model with a fixed seed, given by made-up people, and marked as such wherever it is shown.
"""

import csv
import datetime
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from assess import door
from assess.management.world.cast import Cast
from assess.people.models import Account
from assess.people.queries import Actor
from assess.schemes.models import SchemeVersion
from assess.validity.job.definition import YEARS, JobDefinition, read_jobs
from assess.validity.job.models import BiasReview, ContentPanel, JobAnalysis
from assess.validity.job.reduction import REVIEW
from assess.validity.job.survey import columns_of

CONTENT = Path(__file__).resolve().parents[2] / "content" / "job_tasks.yaml"
SEED = 20_261_126
PRACTITIONERS = 42
EXPERTS = 8
BOARD = "Certification board (demonstration)"
SELDOM = {"ECW-J17": 0.12, "PVS-J18": 0.1, "CEE-J18": 0.14, "ECW-J03": 0.38, "PVS-J05": 0.33}
"""Statements of which the model says that few do them, and how many."""
GRAVE = {"ECW-J01", "ECW-J03", "PVS-J04", "PVS-J05", "CEE-J05", "CEE-J12"}
"""Statements of which it says that a mistake kills."""
RARE = {"ECW-J03", "PVS-J05"}
DISPUTED = {"ECW-J16", "PVS-J17", "CEE-J09"}
"""Statements that matter to those with a firm of their own, or who buy, and little to others."""
BUYERS = ("own firm", "property manager")
FOR_ALL = "the credential holds in every setting, and whoever moves to another has to be able to do it"
COVERED = {"ECW-J03": "a first-aid certificate is an entry requirement of the scheme, so it is not tested again"}
"""Statements that the board leaves out for a reason of its own, whatever the rules say."""
DOUBTFUL = {"MC-ECW": 0, "MC-PVS": 3, "MC-CEE": 3}
"""How many elements the model makes doubtful to the experts."""
FOR_OWNERS = "it is done by who runs a business; the credential is for who does the work"
WEIGHTS = (
    "The blueprint and the tasks keep their weights in this pilot; where the job says otherwise they are weighed anew in the "
    "next version of the scheme."
)
CONCERNS = {
    "MC-ECW": (
        "ECW-006",
        "language",
        "Sixty words of free text ask more of second-language readers than the job does.",
    ),
    "MC-PVS": ("PVS-029", "language", "Writing the note well is not the same as knowing the shutdown order."),
    "MC-CEE": ("CEE-028", "culture", "The resident's words take one way of speaking to caretakers for granted."),
}
KEPT = (
    "The job asks for such notes in the customer's language; markers look at the content, and the glossary may be used."
)


def study_the_job(cast: Cast, version: SchemeVersion) -> JobAnalysis:
    """Ask, close, adopt; seat a panel and close it; read for bias and resolve what was found."""
    analysis = _survey(cast, version)
    _panel(cast, version)
    _bias(cast, version)
    return analysis


def survey_text(job: JobDefinition, practitioners: int = PRACTITIONERS) -> str:
    """The answers of made-up practitioners as a file."""
    draw = random.Random(f"{SEED} {job.identifier}")
    levels = {one.identifier: draw.uniform(3.6, 4.7) for one in job.statements}
    often = {one.identifier: draw.uniform(2.6, 4.6) for one in job.statements}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns_of(job))
    for number in range(1, practitioners + 1):
        region, years = draw.choice(job.regions), draw.choice(YEARS)
        setting = job.settings[number % len(job.settings)]
        lenient = draw.gauss(0, 0.3)
        for one in job.statements:
            name = one.identifier
            row = [f"R{number:02d}", region, years, setting, name]
            if draw.random() > SELDOM.get(name, 0.97):
                writer.writerow([*row, "no", "", "", "", ""])
                continue
            level = levels[name] if name not in DISPUTED else 4.2 if setting in BUYERS else 2.5
            seldom = 1.4 if name in RARE else often[name]
            harm = 4.9 if name in GRAVE else levels[name] - 1.4
            points = [_point(draw, centre + lenient) for centre in (level, seldom, harm)]
            learned = draw.choices(("before", "first year", "later"), (70, 25, 5))[0]
            writer.writerow([*row, "yes", *points, learned])
    return out.getvalue()


def _point(draw: random.Random, centre: float) -> int:
    return min(max(round(draw.gauss(centre, 0.7)), 1), 5)


def _survey(cast: Cast, version: SchemeVersion) -> JobAnalysis:
    job = read_jobs(CONTENT)[version.scheme.code]
    director = cast.acts_as(cast.director)
    opened: JobAnalysis = door.act(
        director, "validity.job.open_analysis", scheme_version_id=version.pk, definition=job.document
    )
    door.act(director, "validity.job.import_survey", analysis_id=opened.pk, text=survey_text(job))
    closed: JobAnalysis = door.act(director, "validity.job.close_analysis", analysis_id=opened.pk)
    verdicts: list[dict[str, Any]] = (closed.result or {})["verdicts"]
    outcomes = {one.identifier: one.outcomes for one in job.statements}
    adopted: JobAnalysis = door.act(
        cast.acts_as(cast.board),
        "validity.job.adopt_analysis",
        analysis_id=closed.pk,
        board=BOARD,
        rulings={name: {"keep": False, "reason": why} for name, why in COVERED.items() if name in outcomes}
        | {
            one["statement"]: {"keep": True, "reason": FOR_ALL}
            if outcomes[one["statement"]]
            else {"keep": False, "reason": FOR_OWNERS}
            for one in verdicts
            if one["verdict"] == REVIEW
        },
        remark=WEIGHTS,
    )
    return adopted


def _panel(cast: Cast, version: SchemeVersion) -> None:
    director = cast.acts_as(cast.director)
    panel: ContentPanel = door.act(director, "validity.job.open_panel", scheme_version_id=version.pk)
    experts = (*cast.judges, *cast.assessors)[:EXPERTS]
    certificates = _certificates(cast, experts)
    door.act_on_all(
        director,
        "validity.job.seat_expert",
        (
            {"panel_id": panel.pk, "account_id": one.pk, "certificate_id": certificate,
             "accepted_because": "made-up people, whose relations are made up too"}
            for one, certificate in zip(experts, certificates, strict=True)
        ),
    )  # fmt: skip
    draw = random.Random(f"{SEED} {version.scheme.code} panel")
    doubtful = {one["id"] for one in draw.sample(panel.elements, DOUBTFUL[version.scheme.code])}
    for expert in experts:
        ratings = [_rating(draw, one["id"], doubtful=one["id"] in doubtful) for one in panel.elements]
        door.act(cast.acts_as(expert), "validity.job.rate_elements", panel_id=panel.pk, ratings=ratings)
    door.act(director, "validity.job.close_panel", panel_id=panel.pk)


def _rating(draw: random.Random, element: str, *, doubtful: bool) -> dict[str, Any]:
    essential = draw.random() < (0.55 if doubtful else 0.99)
    relevance = draw.choices((2, 3, 4), (35, 45, 20) if doubtful else (1, 29, 70))[0]
    comment = "Nice to know; I have never needed it at work." if doubtful and not essential else ""
    return {"element": element, "necessity": 3 if essential else 2, "relevance": relevance, "comment": comment}


def _certificates(cast: Cast, experts: Sequence[Account]) -> list[Any]:
    """What shows that an expert is one; shown once, for whichever scheme asks first."""
    from_before = {one: one.certificates.filter(kind="EVD-EXPERT").first() for one in experts}
    today = timezone.now().date()
    recorded = door.act_on_all(
        cast.acts_as(cast.director),
        "people.record_certificate",
        (
            {
                "holder_id": one.pk,
                "kind": "EVD-EXPERT",
                "issuer": "Made-up guild",
                "number": f"EXPERT-{place:03d}",
                "issued_on": today - datetime.timedelta(days=900),
                "expires_on": today + datetime.timedelta(days=900),
            }
            for place, one in enumerate(experts, start=1)
            if from_before[one] is None
        ),
    )
    door.act_on_all(
        cast.acts_as(cast.proctors[0]),
        "people.verify_certificate",
        ({"certificate_id": one.pk, "how": "looked up in the (made-up) register of the guild"} for one in recorded),
    )
    new = {one.holder_id: one.pk for one in recorded}
    return [new.get(one.pk) or getattr(from_before[one], "pk", None) for one in experts]


def _bias(cast: Cast, version: SchemeVersion) -> None:
    element, code, words = CONCERNS[version.scheme.code]
    panel = ContentPanel.objects.filter(scheme_version=version).latest("number")
    names = [one["id"] for one in panel.elements]
    readers: list[tuple[Actor, Sequence[dict[str, str]]]] = [
        (cast.acts_as(cast.reviewer), [{"element": element, "code": code, "words": words}]),
        (cast.acts_as(cast.judges[0]), []),
    ]
    for reader, concerns in readers:
        review: BiasReview = door.act(
            reader,
            "validity.job.record_bias_review",
            scheme_version_id=version.pk,
            elements=names,
            concerns=concerns,
            remark="Read beside the list of codes (made-up people).",
        )
        for concern in review.concerns.all():
            door.act(
                cast.acts_as(cast.second_director),
                "validity.job.resolve_concern",
                concern_id=concern.pk,
                resolution="kept",
                reason=KEPT,
            )
