"""Marks as journal payloads: every mark survives, every misfit is refused with a sentence."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.definition import Criterion
from rubrics.errors import RubricError
from rubrics.marks import (
    ChecklistMark,
    Instrument,
    JudgementMark,
    MeasurementMark,
    MissingMeasurement,
    Reading,
    mark_document,
    mark_from_document,
    marks_from_document,
)
from rubrics.measurement import Limit, MeasurementSpec

SPEC = MeasurementSpec("resistance", "Ω", "ohmmeter", Limit("<=", Decimal("0.2")), "assessor_entry", 3, places=2)
ROWS = {
    "checklist": Criterion("T.1", "checklist", "x", Decimal(4), "LO", True),
    "judgement": Criterion("T.2", "judgement", "x", Decimal(6), "LO", False, anchors=("a", "b", "c", "d")),
    "measurement": Criterion("T.3", "measurement", "x", Decimal(5), "LO", True, measurement=SPEC),
}
values = st.decimals(min_value=0, max_value=10**9, places=4)
readings = st.builds(Reading, values, st.none() | values, st.sampled_from(["=", ">", "<"]))
instruments = st.none() | st.builds(Instrument, st.text(max_size=9), st.text(max_size=9), st.none() | st.dates())
measured = st.builds(
    MeasurementMark,
    st.tuples(readings, readings),
    st.just("Ω"),
    st.dates(),
    instruments,
    st.sampled_from(["assessor", "adapter"]),
    st.booleans(),
    st.sampled_from([None, "satisfactory", "unsatisfactory"]),
)
marks = st.one_of(
    st.tuples(st.just("checklist"), st.builds(ChecklistMark, st.sampled_from(["yes", "no", "not_seen"]))),
    st.tuples(st.just("judgement"), st.builds(JudgementMark, st.sampled_from([None, 0, 1, 2, 3]))),
    st.tuples(st.just("measurement"), measured),
    st.tuples(st.just("measurement"), st.builds(MissingMeasurement, st.sampled_from(["not_taken", "not_seen"]))),
)


@given(marks)
def test_every_mark_reads_back_unchanged(pair):
    kind, mark = pair
    assert mark_from_document(ROWS[kind], mark_document(mark)) == mark


def test_a_decimal_comma_is_read_as_a_decimal_point():
    document = {"readings": [{"value": "0,089"}, {"value": " 0.10 "}], "unit": "Ω", "measured_on": "2026-11-23"}
    mark = mark_from_document(ROWS["measurement"], document)
    assert mark == MeasurementMark((Reading(Decimal("0.089")), Reading(Decimal("0.10"))), "Ω", date(2026, 11, 23))


@pytest.mark.parametrize(
    "text", ["NaN", "1e309", "1.234,5", "1,234.5", "٣", "１", "", "inf", "0x1", "1 000", None, 0.1, True]
)
def test_s18_what_is_not_a_plain_number_is_refused(text):
    document = {"readings": [{"value": text}, {"value": "1"}], "unit": "Ω", "measured_on": "2026-11-23"}
    with pytest.raises(RubricError, match=r"^T\.3: .* is not a plain number; write digits"):
        mark_from_document(ROWS["measurement"], document)


@pytest.mark.parametrize(
    ("kind", "document", "sentence"),
    [
        ("checklist", {"answer": "maybe"}, "T.1: answer is 'maybe'; use one of yes, no, not_seen."),
        ("checklist", {"level": 2}, "T.1 knows no field level; a checklist has answer."),
        ("judgement", {"level": 4}, "T.2: level is 4; use 0, 1, 2, 3 or null for not seen."),
        ("judgement", {"level": True}, "T.2: level is True; use 0, 1, 2, 3 or null for not seen."),
        (
            "measurement",
            {"readings": [{"value": "1"}, {"value": "2"}], "unit": "mΩ", "measured_on": "2026-11-23"},
            "T.3: unit is 'mΩ'; convert the reading to 'Ω'.",
        ),
        (
            "measurement",
            {"readings": [{"value": "1"}], "unit": "Ω", "measured_on": "2026-11-23"},
            "T.3 has 1 reading(s); 2 place(s) are to be measured.",
        ),
        (
            "measurement",
            {"readings": [{"value": "1"}, {"value": "-2"}], "unit": "Ω", "measured_on": "2026-11-23"},
            "T.3: resistance cannot be negative; enter its size without the sign.",
        ),
        (
            "measurement",
            {"readings": [{"value": "1"}, {"value": "2"}], "unit": "Ω", "measured_on": "23.11.2026"},
            "T.3: measured_on is '23.11.2026'; write a day as YYYY-MM-DD.",
        ),
    ],
)
def test_a_misfit_is_refused_with_place_and_remedy(kind, document, sentence):
    with pytest.raises(RubricError) as caught:
        mark_from_document(ROWS[kind], document)
    assert (caught.value.code, caught.value.sentence) == ("mark", sentence)


def test_a_sheet_with_a_foreign_criterion_is_refused(tasks):
    with pytest.raises(RubricError, match=r"PT-ECW-1 has no criterion PT-ECW-2\.01"):
        marks_from_document(tasks["PT-ECW-1"], {"PT-ECW-2.01": {"answer": "yes"}})
