"""Measurements, records and their documents."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator_adapters.contract import (
    Attachment,
    Engine,
    Instrument,
    Limits,
    Measurement,
    Outcome,
    Plan,
    RunRecord,
    Status,
    Step,
    StepRecord,
    Verdict,
    from_document,
    measure,
    to_document,
)
from simulator_adapters.documents import DocumentError, canonical_bytes, digest

METER = Instrument(
    id="DMM-7", serial="4711", firmware="2.1", calibration_due=date(2027, 1, 31), calibration_certificate="K-88"
)
ENGINE = Engine(name="bench", version="1", model_sha256="0" * 64)


def reading(value: str | None = "1.30", **changes: object) -> Measurement:
    fields = {
        "name": "Zs",
        "value": None if value is None else Decimal(value),
        "unit": "Ω",
        "places": 2,
        "sequence": 0,
        "t_host_monotonic": 12,
        "instrument": METER,
        "limits": Limits(high=Decimal("1.37")),
    }
    return measure(**{**fields, **changes})  # type: ignore[arg-type]


def record(**changes: object) -> RunRecord:
    fields = {
        "run_id": "r1",
        "adapter": "bench",
        "adapter_version": "1",
        "plan": "loop",
        "plan_sha256": "1" * 64,
        "subject": "bay 3",
        "outcome": Outcome.PASS,
        "sentence": "All limits are met.",
        "steps": (StepRecord(name="Zs", outcome=Outcome.PASS, attempts=1),),
        "measurements": (reading(t_device=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), uncertainty=Decimal("0.01")),),
        "instrument": METER,
        "engine": ENGINE,
        "t_started": 1,
        "t_ended": 20,
        "score": Decimal("2"),
        "max_score": Decimal("2"),
        "attachments": (Attachment(name="raw", media_type="text/plain", sha256="2" * 64, data=b"\x00\xff"),),
    }
    return RunRecord(**{**fields, **changes})  # type: ignore[arg-type]


def floats_in(node: object) -> bool:
    if isinstance(node, dict):
        return any(map(floats_in, node.values()))
    return isinstance(node, float) or (isinstance(node, list) and any(map(floats_in, node)))


def test_a_value_is_rounded_before_its_limits_apply() -> None:
    assert reading("1.3749").value == Decimal("1.37")
    assert reading("1.3749").verdict is Verdict.PASS
    assert reading("1.3751").verdict is Verdict.FAIL


def test_uncertainty_makes_a_guard_band_on_both_sides_of_the_limit() -> None:
    verdicts = [reading(v, uncertainty=Decimal("0.02")).verdict for v in ("1.35", "1.36", "1.38", "1.39", "1.40")]
    assert verdicts == [Verdict.PASS, Verdict.MARGINAL, Verdict.MARGINAL, Verdict.MARGINAL, Verdict.FAIL]


def test_marginal_limits_send_a_pass_to_a_person() -> None:
    limits = Limits(low=Decimal(0), high=Decimal("1.37"), marginal_high=Decimal("1.30"))
    assert reading("1.31", limits=limits).verdict is Verdict.MARGINAL
    assert reading("1.30", limits=limits).verdict is Verdict.PASS


def test_a_value_that_is_not_ok_has_neither_number_nor_verdict() -> None:
    silent = reading(None, status=Status.OVERRANGE)
    assert (silent.value, silent.verdict) == (None, Verdict.UNSET)
    with pytest.raises(ValueError, match="if and only if the status is OK"):
        reading("1.30", status=Status.TIMEOUT)
    with pytest.raises(ValueError, match="if and only if the status is OK"):
        reading(None)


def test_a_measurement_cannot_be_built_with_another_verdict_than_its_limits_give() -> None:
    with pytest.raises(ValueError, match="doesn't follow"):
        replace(reading("1.30"), verdict=Verdict.FAIL)


def test_limits_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        Limits(low=Decimal(2), high=Decimal(1))


def test_calibration_is_judged_on_the_day_of_the_measurement() -> None:
    assert METER.in_calibration_on(date(2027, 1, 31)) is True
    assert METER.in_calibration_on(date(2027, 2, 1)) is False
    assert replace(METER, calibration_due=None).in_calibration_on(date(2027, 2, 1)) is None


@pytest.mark.parametrize(
    "outcome", [Outcome.ERROR, Outcome.TIMEOUT, Outcome.ABORTED, Outcome.VOID, Outcome.MARGINAL], ids=str
)
def test_only_pass_and_fail_carry_a_score(outcome: Outcome) -> None:
    with pytest.raises(ValueError, match="can't carry a score"):
        record(outcome=outcome)
    assert record(outcome=outcome, score=None, max_score=None).outcome is outcome


def test_candidate_and_equipment_outcomes_are_disjoint() -> None:
    assert {o for o in Outcome if o.is_candidate} == {Outcome.PASS, Outcome.FAIL, Outcome.MARGINAL}


def test_a_record_survives_its_document_byte_for_byte() -> None:
    document = to_document(record())
    again = from_document(json.loads(canonical_bytes(document)))
    assert again == record()
    assert canonical_bytes(to_document(again)) == canonical_bytes(document)
    assert not floats_in(document)
    assert document["measurements"][0]["value"] == "1.30"


@given(
    value=st.decimals(min_value=-(10**6), max_value=10**6, places=6),
    places=st.integers(0, 6),
    u=st.none() | st.decimals(min_value=0, max_value=10, places=3),
)
def test_any_reading_survives_its_document(value: Decimal, places: int, u: Decimal | None) -> None:
    taken = reading(str(value), places=places, uncertainty=u)
    assert from_document(to_document(record(measurements=(taken,)))).measurements == (taken,)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("measurements", 0, "value"), 1.3, "measurements[0].value"),
        (("measurements", 0, "value"), "1.3e99", "measurements[0].value"),
        (("measurements", 0, "unit"), "cfm", "measurements[0]"),
        (("measurements", 0, "verdict"), "FAIL", "measurements[0]"),
        (("t_started",), True, "t_started"),
        (("outcome",), "GREAT", "outcome"),
        (("surprise",), 1, "document"),
        (("measurements", 0, "t_device"), "2026-11-23T09:00:00", "measurements[0].t_device"),
    ],
)
def test_a_document_that_does_not_fit_names_the_field(path: tuple[str | int, ...], value: object, place: str) -> None:
    document = to_document(record())
    node = document
    for key in path[:-1]:
        node = node[key]  # type: ignore[index]
    node[path[-1]] = value  # type: ignore[index]
    with pytest.raises(DocumentError) as refusal:
        from_document(document)
    assert str(refusal.value).startswith(f"{place}:")


def test_a_missing_field_is_named() -> None:
    document = to_document(record())
    del document["engine"]
    with pytest.raises(DocumentError, match="'engine' is missing"):
        from_document(document)


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    document = to_document(record())
    assert digest(dict(reversed(list(document.items())))) == digest(document)


def test_a_plan_needs_steps_with_names_of_their_own() -> None:
    step = Step(name="a", action="read")
    with pytest.raises(ValueError, match="a name of its own"):
        Plan(name="p", version="1", subject="s", steps=(step, step))
