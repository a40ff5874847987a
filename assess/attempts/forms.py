"""Drawing an attempt's form and pinning the versions it is taken under."""

from typing import Any

from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from item_bank import queries as bank
from item_bank.assembly import draw_form
from rubrics import queries as rubrics


def draw_pins(scheme_version: SchemeVersion, *, seed: bytes, extra_time_percent: int) -> dict[str, Any]:
    """Identifiers and content hashes of everything an attempt is made of: form, tasks, simulations, parts with their time.

    Parameters
    ----------
    extra_time_percent
        Agreed for the candidate; the limit of every timed part is longer by so much.

    Raises
    ------
    item_bank.assembly.AssemblyError
        Where the pool can't fill the blueprint; it names the cell and how many it lacks.
    """
    parts = schemes.parts(scheme_version)
    blueprint = schemes.blueprint(scheme_version)
    form = draw_form(
        blueprint=blueprint,
        pool=bank.pool(scheme_version.scheme.code),
        enemies=bank.enemy_sets(scheme_version.scheme.code),
        theta=0.0,
        seed=seed,
    )
    versions = bank.versions(form.order)
    scored = frozenset(form.scored)
    tasks = rubrics.published_versions([task for part in parts for task in part.tasks])
    simulations = schemes.published_simulations([one for part in parts for one in part.simulations])
    minutes = {
        part.identifier: schemes.blueprint_definition(scheme_version).time_limit_min
        if part.kind == "online_exam"
        else sum(simulations[name].document["time_limit_min"] for name in part.simulations)
        for part in parts
    }
    return {
        "scheme": {"version": scheme_version.version, "hash": scheme_version.content_hash},
        "parts": [
            {
                "part": part.identifier,
                "kind": part.kind,
                "weight": str(part.weight),
                "tasks": list(part.tasks),
                "simulations": list(part.simulations),
                "limit_s": limit_s(minutes[part.identifier], extra_time_percent),
            }
            for part in parts
        ],
        "extra_time_percent": extra_time_percent,
        "items": [
            {
                "item": versions[key].item.identifier,
                "hash": versions[key].content_hash,
                "outcome": versions[key].outcome_id,
                "scored": key in scored,
            }
            for key in form.order
        ],
        "tasks": [{"task": name, "hash": version.content_hash} for name, version in sorted(tasks.items())],
        "simulations": [{"simulation": name, "hash": one.content_hash} for name, one in sorted(simulations.items())],
    }


def limit_s(minutes: int, extra_time_percent: int) -> int | None:
    """Seconds of a part, extra time included and rounded up; None where nothing limits it.

    >>> limit_s(45, 25), limit_s(0, 25)
    (3375, None)
    """
    return -(-minutes * 60 * (100 + extra_time_percent) // 100) if minutes else None
