"""Test records on the tablet: what one comes to, and what a file of one holds. Both compute and keep nothing.

What counts is worked out again by scoring, from the rows in the journal.
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from assess.people.queries import Actor
from assess.web.access import body_of, hidden, page
from simulator_adapters.records.record_file import MOST_BYTES, RecordFileError, read_record_file
from simulator_adapters.records.worked import FIGURES, RecordError, Worked, WorkedRecord, unit_label, work_out

UNREADABLE = 422


@require_POST
@page("assessor")
def work(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What a record comes to: its figures with their intervals, and which conditions of the method are not met."""
    try:
        found = work_out(_document(request))
    except RecordError as error:
        problems = [{"place": one.place, "field": one.field, "sentence": one.sentence} for one in error.problems]
        return JsonResponse({"problems": problems}, status=UNREADABLE)
    return JsonResponse({"figures": [_figure(one) for one in found.figures.values() if one.value is not None],
                         "objections": list(found.objections), "line": _line(found)})  # fmt: skip


def _document(request: HttpRequest) -> Any:
    """The JSON of a request; whatever is none is refused as a record of no kind."""
    if len(body_of(request)) > MOST_BYTES:
        return None
    try:
        return json.loads(body_of(request))
    except (ValueError, RecursionError):
        return None


@require_POST
@page("assessor")
def read(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    """The record that a file holds, for the form; nothing of it is judged yet."""
    if kind not in FIGURES:
        hidden()
    try:
        return JsonResponse({"record": read_record_file(body_of(request), kind)})
    except RecordFileError as error:
        return JsonResponse({"problems": [{"place": "file", "field": "", "sentence": str(error)}]}, status=UNREADABLE)


def _figure(one: Worked) -> dict[str, Any]:
    def text(value: Any) -> str | None:
        return None if value is None else f"{value:f}"

    shown = {"name": one.name, "label": one.label, "unit": unit_label(one), "exceeded": one.exceeded}
    return shown | {"value": text(one.value), "low": text(one.low), "high": text(one.high)}


def _line(found: WorkedRecord) -> dict[str, Any] | None:
    """Of a blower-door test the points as they count (pressure less the wind's), and the line through their logarithms."""
    test = found.door
    if test is None or test.found.exponent is None or test.found.flow_50 is None:
        return None
    exponent, flow = test.found.exponent.value, test.found.flow_50.value
    offset = sum(test.zero_flow) / 2 * (-1 if test.depressurised else 1)
    pressures = [one.pressure - offset for one in test.points]
    ends = min(pressures), max(*pressures, 50.0)
    return {
        "points": [[round(at, 2), one.flow] for at, one in zip(pressures, test.points, strict=True)],
        "ends": [[round(at, 2), round(flow * (at / 50) ** exponent, 2)] for at in ends],
    }
