"""From the records of a scheme: how old each kind of its evidence is, the most pressing first."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.urls import reverse

from assess.schemes import queries as schemes
from assess.schemes.duties import Duty
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.models import CutScore
from assess.validity.raters.evidence import RaterTraining
from assess.web.director.ageing import Age, aged
from assess.web.director.asked import Asked

PRESSING = ("over", "missing", "soon", "ok", "lasting")


def ages_of(version: SchemeVersion, asked: Asked) -> list[Age]:
    """Job analysis, content panel, study, cut scores, training of assessors and duties of one scheme."""
    return sorted(_ages(version, asked), key=lambda age: (PRESSING.index(age.state), age.due_on or date.max))


def _ages(version: SchemeVersion, asked: Asked) -> Iterator[Age]:
    place, today = reverse("director-scheme", args=[version.pk]), asked.now.date()
    records = asked.shared[version.pk].records
    job = records.job
    yield aged(
        name="Job-task study",
        address=reverse("director-job", args=[version.pk]),
        made_on=None if job.analysis is None else job.analysis.adopted_on,
        due_on=None,
        today=today,
        kind="job",
        simulated=job.analysis is not None and job.analysis.simulated,
        missing="None adopted yet",
    )
    yield aged(
        name="Content panel",
        address=reverse("director-content", args=[version.pk]),
        made_on=None if job.content is None else job.content.closed_on,
        due_on=None,
        today=today,
        kind="content",
        simulated=job.content is not None and job.content.simulated,
    )
    study = asked.studies.get(version.pk)
    yield aged(
        name="Study of the scores",
        address=place if study is None else reverse("director-study", args=[study.pk]),
        made_on=None if study is None else study.run_at.date(),
        due_on=None,
        today=today,
        kind="study",
        simulated=study is not None and study.simulated,
    )
    yield _cuts(version, asked.known[version.pk].cuts, today)
    yield _training(records.training, today, reverse("director-training", args=[version.pk]))
    yield _duties(version, records.duties, today)


def _cuts(version: SchemeVersion, cuts: Sequence[CutScore], today: date) -> Age:
    """The cut score that ends first; missing while a part has none that a board adopted."""
    adopted = [cut for cut in cuts if cut.adopted_at is not None]
    parts = {part.identifier for part in schemes.parts(version)}
    lacking = parts - {cut.part for cut in adopted}
    first = min(adopted, key=lambda cut: (cut.in_force_to or date.max, cut.in_force_from or today), default=None)
    whole = first is not None and not lacking
    return aged(
        name="Cut scores",
        address=reverse("director-cuts", args=[version.pk]),
        made_on=first.in_force_from if whole and first is not None else None,
        due_on=first.in_force_to if whole and first is not None else None,
        today=today,
        kind="cut",
        simulated=any(cut.simulated for cut in adopted),
        missing=f"{len(parts) - len(lacking)} of {len(parts)} adopted",
    )


def _training(training: RaterTraining, today: date, place: str) -> Age:
    """The training that ends first."""
    held = [one for one in training.assessors if one.in_force and one.trained_on is not None]
    first = min(held, key=lambda one: one.until or date.max, default=None)
    whole = training.complete and first is not None
    return aged(
        name="Training of assessors",
        address=place,
        made_on=first.trained_on if whole and first is not None else None,
        due_on=first.until if whole and first is not None else None,
        today=today,
        simulated=any(one.simulated for one in held),
        missing=f"{len(held)} of {len(training.assessors)} trained"
        if training.assessors
        else "No assessor assigned yet",
    )


def _duties(version: SchemeVersion, duties: Sequence[Duty], today: date) -> Age:
    """The duty that runs out first; missing while one has no signed record."""
    signed = [duty for duty in duties if duty.met and duty.signed_at is not None]
    first = min(signed, key=lambda duty: duty.valid_until or date.max, default=None)
    whole = first is not None and len(signed) == len(duties)
    return aged(
        name="Duties" if first is None or not whole else f"Duties: {first.name.lower()}",
        address=reverse("director-duties", args=[version.pk]),
        made_on=first.signed_at.date() if whole and first is not None and first.signed_at is not None else None,
        due_on=first.valid_until if whole and first is not None else None,
        today=today,
        simulated=any(duty.simulated for duty in signed),
        missing=f"{len(signed)} of {len(duties)} signed",
    )
