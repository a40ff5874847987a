"""An attempt that has all ten simulations at once, and a right piece of work at each, for tests of the whole way of evidence."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from assess.attempts.engine_jobs import profile_for
from assess.attempts.models import Attempt
from assess.attempts.queries import pinned
from assess.schemes import queries as schemes
from simulator_adapters.photovoltaic.settings import SettingsSpec
from tests.attempts.scenes import content
from tests.web.sample_centre import Centre

ADOPTED = {705: "AdptCrvReq", 711: "AdptCtlReq"}
"""Models whose first set is read-only, with the point that asks for another set to be adopted."""


def with_all_simulations(centre: Centre) -> Centre:
    """Pin all ten simulations in the first candidate's simulator part, as if their scheme had them."""
    attempt = Attempt.objects.get(pk=centre.attempt.pk)
    names = [one.identifier for one in content().simulations]
    published = schemes.published_simulations(names)
    attempt.pins["simulations"] = [{"simulation": name, "hash": published[name].content_hash} for name in names]
    part = next(part for part in attempt.pins["parts"] if part["simulations"])
    part["simulations"] = names
    attempt.save(update_fields=["pins"])
    held = Attempt.objects.select_related("registration__scheme_version__scheme", "sitting").get(pk=attempt.pk)
    first = replace(centre.lives[0], attempt=held, pinned=pinned(held))
    return replace(centre, lives=(first, *centre.lives[1:]))


def right_writes(attempt: Attempt, simulation: schemes.Simulation) -> list[list[Any]]:
    """Every target once; a curve goes to set 2, which is adopted last, as the task's procedure says."""
    spec = SettingsSpec.from_document(simulation.document)
    targets = spec.targets(profile_for(attempt, simulation) or None)
    fixed = {(model, point) for model, (point, _) in spec.must_not_change}
    writes: list[list[Any]] = []
    for one in targets:
        if (one.model, one.point) in fixed:
            continue
        index = [2, *one.index[1:]] if one.model in ADOPTED and one.index else list(one.index)
        writes.append([one.model, one.point, index, f"{one.value}"])
    models = {one.model for one in targets}
    return writes + [[model, request, [], "2"] for model, request in ADOPTED.items() if model in models]


def right_answers(simulation: schemes.Simulation) -> dict[str, str]:
    """The values that settings ask to be worked out."""
    return {one.id: f"{one.key}" for one in SettingsSpec.from_document(simulation.document).derived}


def right_numbers(simulation: schemes.Simulation) -> dict[str, str]:
    """The answers of a case sheet, and its ranking."""
    sheet = simulation.case_sheet
    assert sheet is not None
    given = {question.id: f"{Decimal(question.expected)}" for question in sheet.questions}
    return given | ({"ranking": ",".join(sheet.ranking_key)} if sheet.ranking_key else {})


def work_at_all(centre: Centre, say: Any) -> None:
    """Do everything right; `say` writes an entry of the candidate's."""
    for simulation in schemes.simulations([pin["hash"] for pin in centre.attempt.pins["simulations"]]):
        name = simulation.identifier
        if simulation.wiring is not None:
            say("wiring", simulation=name, wires=[list(wire) for wire in simulation.wiring.reference])
        elif simulation.case_sheet is not None:
            for answer, value in right_numbers(simulation).items():
                say("case_answer", simulation=name, answer=answer, value=value)
        else:
            answers = right_answers(simulation)
            say(
                "setting",
                simulation=name,
                writes=right_writes(centre.attempt, simulation),
                **({"answers": answers} if answers else {}),
            )
