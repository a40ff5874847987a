"""The database side of the study's benchmark: real rows, read, frozen and kept."""

import time
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from assess import door
from assess.attempts.models import Attempt, Registration, Score, Seal
from assess.management.world import cast
from assess.people.models import Account
from assess.people.queries import actor
from assess.schemes import queries as schemes
from assess.sittings.models import Assignment, Sitting
from assess.validity.datasets import queries as datasets
from tests.attempts.scenes import content
from tests.validity.datasets.made_up import made_up


def freeze_rows(attempts: int, folder: Path) -> dict[str, Any]:
    """Write so many sealed, scored attempts; seconds that reading, encoding and keeping them take."""
    call_command("migrate", verbosity=0)
    people = cast.assemble(candidates=1, assessors=12, judges=1)
    door.act(
        people.acts_as(people.author),
        "schemes.load_content_plan",
        plan=content(),
        loaded_by=people.author.pk,
        reviewed_by=people.reviewer.pk,
        reason="second reader",
    )
    version = schemes.current_version("MC-ECW")
    _write(attempts, version, people)
    began = time.perf_counter()
    prepared = datasets.prepare(version.pk)
    read = time.perf_counter()
    dataset = door.act(actor(people.director), "validity.datasets.keep_dataset", prepared=prepared)
    kept = time.perf_counter()
    again = datasets.prepare(version.pk)
    found = time.perf_counter()
    assert again.same is not None and again.same.pk == dataset.pk
    whole = kept - began
    return {
        "attempts": dataset.attempts,
        "items_a_form": 60,
        "reading_and_encoding_s": round(read - began, 2),
        "keeping_s": round(kept - read, 2),
        "finding_nothing_new_s": round(found - kept, 2),
        "bytes": dataset.size,
        "packed_bytes": len(bytes(dataset.packed)),
        "of_ten_thousand_s": round(whole * 10_000 / attempts, 2),
    }


def _write(attempts: int, version: Any, people: Any) -> None:
    """Rows as sealing and scoring leave them; the journal itself plays no part in freezing."""
    made = made_up(attempts, 60, sittings=max(1, attempts // 50))
    now = timezone.now()
    sittings = {
        one.identifier: Sitting(
            pk=uuid.UUID(one.identifier),
            organisation=people.organisation,
            scheme_version=version,
            title="Sitting",
            site=one.site,
            starts_at=datetime.fromisoformat(one.day).replace(tzinfo=UTC),
            ends_at=datetime.fromisoformat(one.day).replace(tzinfo=UTC) + timedelta(hours=8),
        )
        for one in made.sittings
    }
    Sitting.objects.bulk_create(sittings.values())
    assessors = dict(
        zip(sorted({p for row in made.rows for p in row.assessors.values()}), people.assessors, strict=False)
    )
    accounts = [
        Account(
            email=f"m{place}@example.org",
            given_name="M",
            family_name=str(place),
            simulated=True,
            date_of_birth=date(2000, 1, 1),
        )
        for place in range(attempts)
    ]
    Account.objects.bulk_create(accounts, batch_size=500)
    entered = [
        Registration(candidate=one, scheme_version=version, requirements=[], registered_at=now) for one in accounts
    ]
    Registration.objects.bulk_create(entered, batch_size=500)
    rows, seals, scores, posts = [], [], [], []
    for row, registration in zip(made.rows, entered, strict=True):
        pins = {
            "items": [{"item": key[0], "hash": key[1], "outcome": "LO1", "scored": True} for key, _, _ in row.items],
            "tasks": [{"task": key[0], "hash": key[1]} for key, *_ in row.tasks],
            "simulations": [{"simulation": key[0], "hash": key[1]} for key, _ in row.simulations],
        }
        attempt = Attempt(
            registration=registration,
            sitting=sittings[row.sitting],
            state="sealed",
            pins=pins,
            seed=bytes(32),
            created_at=now,
        )
        seal = Seal(
            attempt=attempt,
            number=1,
            document={"heads": []},
            digest=bytes(32),
            sealed_by=people.director,
            sealed_at=now,
            receipt={},
        )
        rows.append(attempt)
        seals.append(seal)
        scores.append(
            Score(attempt=attempt, seal=seal, number=1, document=_document(row), digest=bytes(32), scored_at=now)
        )
        posts += [
            Assignment(
                sitting=sittings[row.sitting],
                candidate=registration.candidate,
                role=role,
                person=assessors[person],
                work="T1",
                made_at=now,
            )
            for role, person in row.assessors.items()
        ]
    for table, held in ((Attempt, rows), (Seal, seals), (Score, scores), (Assignment, posts)):
        table._default_manager.bulk_create(held, batch_size=200)


def _document(row: Any) -> dict[str, Any]:
    """A score document as scoring writes it."""
    return {
        "parts": [{"part": part, "percent": percent, "waits_for": []} for part, percent in row.parts.items()],
        "items": [
            {
                "item": key[0],
                "outcome": "LO1",
                "scored": True,
                "points": points,
                "maximum": top,
                "verdict": "right",
                "waits_for": "",
            }
            for key, top, points in row.items
        ],
        "tasks": [
            {
                "task": key[0],
                "maximum": top,
                "points": points,
                "must_pass": must_pass,
                "sheets": [
                    {
                        "role": role,
                        "points": sheet.points,
                        "global_rating": sheet.global_rating,
                        "criteria": {
                            name: {"points": "1", "state": "marked", "level": level}
                            for name, level in sheet.levels.items()
                        },
                    }
                    for role, sheet in sheets
                ],
            }
            for key, top, points, must_pass, sheets in row.tasks
        ],
        "simulations": [{"simulation": key[0], "share": share} for key, share in row.simulations],
    }
