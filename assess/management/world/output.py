"""What `demo --once` leaves in its folder: credentials, dossiers, the ledger, a summary."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from assess.attempts.models import Attempt, Entry, Score
from assess.awards import proofs
from assess.awards.dossier import dossier_of
from assess.awards.dossier_entries import files_of
from assess.awards.gathering import shared_by
from assess.awards.models import Credential, Decision
from assess.awards.queries import status_lists
from assess.ledger import actions as ledger
from assess.ledger.keys import signing_key
from assess.ledger.models import Checkpoint, Leaf
from assess.ledger.queries import export_lines
from assess.people.models import Account
from assess.schemes.models import SchemeVersion

SHOWN_PER_SCHEME = 5


def write(folder: Path, *, versions: list[SchemeVersion], refusals: dict[str, int], seconds: float) -> dict[str, Any]:
    """Write everything, and give the summary that was written."""
    for name in ("credentials", "dossier", "ledger", "status"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    ledger.sequence()
    ledger.checkpoint()
    for version in versions:
        kept = folder / "dossier" / version.scheme.code
        kept.mkdir(exist_ok=True)
        for name, made in files_of(dossier_of(version)).items():
            (kept / name).write_bytes(made)
        issued = Credential.objects.filter(decision__attempt__registration__scheme_version=version).order_by(
            "issued_at"
        )
        for place, credential in enumerate(issued[:SHOWN_PER_SCHEME], start=1):
            path = folder / "credentials" / f"{version.scheme.code}-{place}.json"
            # In canonical form no byte can change without changing the document, so every changed byte is refused.
            path.write_bytes(proofs.jcs(credential.document))
    for url, document in status_lists(timezone.now()).items():
        name = "-".join(url.rsplit("/", 3)[-3:])
        (folder / "status" / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    with (folder / "ledger" / "ledger.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(export_lines())
    last = Checkpoint.objects.order_by("-size").first()
    if last is not None:
        (folder / "ledger" / "checkpoint.txt").write_text(last.text, encoding="utf-8")
    summary = _summary(versions, refusals, seconds)
    (folder / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return summary


def _summary(versions: list[SchemeVersion], refusals: dict[str, int], seconds: float) -> dict[str, Any]:
    decided = Decision.objects.all()
    return {
        "simulated": "Candidates, assessors and judges are made up by a stated model with a fixed seed; see the documentation.",
        "candidates": Account.objects.filter(role_assignments__role="candidate", simulated=True).distinct().count(),
        "attempts": Attempt.objects.count(),
        "journal_entries": Entry.objects.count(),
        "results": Score.objects.values("attempt").distinct().count(),
        "decisions": {
            outcome: decided.filter(outcome=outcome).count() for outcome in ("passed", "not passed", "undecidable")
        },
        "awards": Credential.objects.count(),
        "awards_by_scheme": {
            version.scheme.code: Credential.objects.filter(
                decision__attempt__registration__scheme_version=version
            ).count()
            for version in versions
        },
        "gates": {version.scheme.code: _gates(version) for version in versions},
        "refusals": [
            {"reason": reason, "count": count}
            for reason, count in sorted(refusals.items(), key=lambda one: (-one[1], one[0]))
        ],
        "ledger_leaves": Leaf.objects.count(),
        "ledger_key": signing_key(settings.KEYS_DIR, "ledger").public.did,
        "seconds": round(seconds, 1),
    }


def _gates(version: SchemeVersion) -> dict[str, dict[str, int]]:
    """How the gate stands: what came of the checks of its two shared levels, and how many candidates it let through."""
    shared = shared_by(version)
    decided = (
        Decision.objects.filter(attempt__registration__scheme_version=version).values("attempt").distinct().count()
    )
    through = Credential.objects.filter(decision__attempt__registration__scheme_version=version).count()
    return {
        "scheme": dict(Counter(check.status.value for check in shared.scheme.checks)),
        "window": dict(Counter(check.status.value for check in shared.window.checks)),
        "candidates": {"open": through, "shut": decided - through},
    }
