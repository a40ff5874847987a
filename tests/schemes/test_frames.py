"""Frames as data: read strictly, converted exactly, and each scheme held against one in sentences."""

import copy
import dataclasses
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.schemes import frame_checks, frames
from assess.schemes.duties import DUTIES, DutyState, missing
from assess.schemes.errors import SchemeError
from assess.schemes.frames import NamedFrame, Unit, countable, units_of
from assess.schemes.framing import Fit, check_frame
from assess.schemes.loading import BUNDLED, bundled_frames, load_content
from assess.schemes.sources import read_yaml
from rubrics.documents import Node

FRAMES = {frame.identifier: frame for frame in bundled_frames()}
MET = tuple(dataclasses.replace(missing(code), state=DutyState.SIGNED) for code in DUTIES)


def problems_of(folder):
    with pytest.raises(SchemeError) as caught:
        load_content(folder)
    return caught.value.problems


def wiring(plan, *, hours=None, eqf=4, per=25, **changes):
    """The sample's micro-credential of another size or level."""
    scheme = plan.schemes[0]
    if hours is not None:
        load = dataclasses.replace(
            scheme.workload, hours_total=Decimal(hours), hours_per_ects=Decimal(per), ects=Decimal(hours) / per
        )
        changes["workload"] = load
    return dataclasses.replace(scheme, eqf_level=eqf, **changes)


def held(scheme, frame, level=None, duties=MET):
    return check_frame(scheme, NamedFrame(FRAMES[frame], level), duties)


def verdict(report, identifier):
    return next(element for element in report.elements if element.identifier == identifier)


def test_every_frame_of_the_issue_is_there_with_its_sources():
    assert set(FRAMES) == {"council-2022", "ects", "qaa", "ecmf", "nzqa", "ofs", "sfc", "hefcw"}
    for frame in FRAMES.values():
        assert any(source.seen == "seen" for source in frame.sources), frame.identifier


def test_every_check_that_data_may_name_is_made():
    assert {*frame_checks.CHECKS, "record"} == frames.CHECKS


def test_the_sample_fits_the_frame_it_names_once_its_owner_is_recorded(plan):
    for scheme in plan.schemes:
        before = check_frame(scheme, scheme.frame)
        assert [element.identifier for element in before.elements if element.blocks] == ["ownership"]
        after = check_frame(scheme, scheme.frame, MET)
        assert after.sound
        assert after.sentences == (
            "The scheme fits the European approach to micro-credentials: every element it requires is there.",
        )


@pytest.mark.parametrize(
    ("frame", "hours", "said"),
    [
        ("qaa", 100, "100 hours: 10 UK credits."),
        ("nzqa", 100, "100 hours: 10 NZQCF credits."),
        ("ecmf", 125, "125 hours: 4 1/6 to 5 ECTS credits."),
        ("sfc", 10, "10 hours: 1 SCQF credit point."),
    ],
)
def test_hours_become_the_frames_credits_exactly(plan, frame, hours, said):
    element = verdict(held(wiring(plan, hours=hours), frame, level=3 if frame == "nzqa" else None), "size")
    assert (element.fit, element.sentence[: len(said)]) == (Fit.FITS, said)


@pytest.mark.parametrize(
    ("frame", "hours", "said"),
    [
        ("ecmf", 75, "That is 25 hours less than the 100 hours"),
        ("ecmf", 175, "That is 25 hours more than the 150 hours"),
        ("nzqa", 410, "That is 10 hours more than the 400 hours"),
        ("qaa", 75, "Credits are counted in steps of 1"),
    ],
)
def test_a_size_that_does_not_fit_says_by_how_much(plan, frame, hours, said):
    report = held(wiring(plan, hours=hours), frame)
    assert verdict(report, "size").fit is Fit.MISFIT
    assert said in verdict(report, "size").sentence
    assert not report.sound


def test_a_level_is_read_by_the_frames_own_table(plan):
    assert held(wiring(plan), "qaa").level == "RQF/FHEQ 3"
    assert held(wiring(plan), "sfc").level == "SCQF 6"
    assert "EQF level 4 is read as level 3" in verdict(held(wiring(plan), "ofs"), "level").sentence
    assert verdict(held(wiring(plan), "ofs"), "level").fit is Fit.MISFIT
    assert "compares with no level of NZQCF" in verdict(held(wiring(plan, eqf=1), "nzqa"), "level").sentence


def test_where_two_levels_are_possible_the_scheme_says_which(plan):
    unsaid = verdict(held(wiring(plan), "nzqa"), "level")
    assert (unsaid.fit, unsaid.blocks) == (Fit.UNSAID, True)
    assert "say which in frame.level" in unsaid.sentence
    assert held(wiring(plan), "nzqa", level=4).level == "NZQCF 4"
    assert "read as 3 or 4" in verdict(held(wiring(plan), "nzqa", level=7), "level").sentence


def test_the_consortium_takes_lower_levels_where_ects_is_met(plan):
    """EQF 6 and 7, or 4 and 5 that fulfil ECTS (partners.futurelearn.com)."""
    assert held(wiring(plan, hours=100), "ecmf").sound
    assert not held(wiring(plan, hours=100, eqf=3), "ecmf").sound
    wrong = wiring(plan)
    wrong = dataclasses.replace(wrong, workload=dataclasses.replace(wrong.workload, ects=Decimal("4.5")))
    assert verdict(held(wrong, "ecmf"), "level").fit is Fit.MISFIT


def test_what_a_scheme_does_not_state_is_said(plan):
    bare = wiring(plan, eqf=None, workload=None, outcomes=(), quality_assurance="", stacks=())
    found = {
        element.identifier: element.sentence
        for element in held(bare, "council-2022").elements
        if element.fit is not Fit.FITS
    }
    assert found == {
        "outcomes": "No learning outcome is stated.",
        "workload": "The scheme states no hours and no credits.",
        "size": "The scheme states no hours, so it has no size.",
        "level": "The scheme states no level.",
        "assessed": "There is no outcome that could be assessed.",
        "quality": "No quality assurance is stated.",
        "stackability": "The scheme counts towards no stack.",
    }


def test_a_stand_in_is_told_in_a_draft_and_refused_in_a_scheme_that_is_operational(plan):
    draft = held(plan.schemes[0], "council-2022")
    assert "Country of the issuer: XX. This only stands in for it" in verdict(draft, "country").sentence
    assert draft.sound
    operational = held(wiring(plan, status="operational"), "council-2022")
    assert {one.identifier for one in operational.elements if one.blocks} == {"country", "awarding_body", "quality"}


def test_an_unmet_duty_keeps_a_frame_open_and_says_what_to_do(plan):
    report = held(wiring(plan), "nzqa", level=4, duties=tuple(missing(code) for code in DUTIES))
    assert {element.identifier for element in report.elements if element.blocks} == {"need", "approval", "quality"}
    assert "Policy alignment: there is no record." in verdict(report, "need").sentence


def test_a_scheme_that_names_no_frame_is_held_against_none(plan):
    report = check_frame(plan.schemes[1], None)
    assert (report.sound, report.frame, report.elements) == (True, "", ())
    assert "names no frame" in report.sentences[0]


@given(
    hours=st.fractions(min_value=Fraction(1, 10), max_value=2000, max_denominator=100),
    least=st.integers(1, 40),
    wider=st.integers(0, 10),
    step=st.sampled_from([Fraction(1), Fraction(1, 2)]),
)
def test_conversion_loses_nothing(hours, least, wider, step):
    unit = Unit("credit", Fraction(least), Fraction(least + wider), step)
    low, high = units_of(hours, unit)
    assert low <= high
    assert (low * unit.most, high * unit.least) == (hours, hours)
    whole = [n * step for n in range(int(high / step) + 2) if low <= n * step <= high]
    assert countable(hours, unit) == bool(whole)


def spoilt(frame, *path, by):
    """The entry of a bundled frame with one value replaced."""
    entries = read_yaml(BUNDLED / "frames.yaml")["frames"]
    entry = copy.deepcopy(next(one for one in entries if one["id"] == frame))
    place = entry
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = by
    return entry


@pytest.mark.parametrize(
    ("entry", "place", "said"),
    [
        (spoilt("council-2022", "unit", "least_hours", by=35), "unit.least_hours", "at most most_hours"),
        (spoilt("council-2022", "unit", "step", by=0), "unit.step", "must be above 0"),
        (spoilt("council-2022", "elements", 0, "check", by="lerner"), "elements[learner].check", "use one of"),
        (spoilt("council-2022", "elements", 13, "duty", by="owning"), "elements[ownership].duty", "use one of"),
        (spoilt("council-2022", "elements", 0, "duty", by="ownership"), "elements[learner].duty", "only there"),
        (spoilt("council-2022", "sources", 0, "seen", by="maybe"), "sources[0].seen", "use one of seen"),
        (spoilt("qaa", "levels", "from_eqf", by={4: [3], 9: [0]}), "levels.from_eqf", "holds 9"),
        (spoilt("qaa", "levels", "from_eqf", by=None), "levels.from_eqf", "is missing"),
        (spoilt("ecmf", "size", "least", by=200), "size.least", "is more than most"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_in_a_frame_is_reported_with_its_place(entry, place, said):
    problems = []
    frames.read_frame(Node(entry, entry["id"], problems))
    told = {problem.path.removeprefix(f"{entry['id']}."): problem.sentence for problem in problems}
    assert said in told[place]


@pytest.mark.slow
def test_mistakes_in_frames_are_reported_with_the_rest_of_the_content(spoil):
    spoil("frames", "least_hours: 25", "least_hours: 35")
    found = {
        (problem.file, problem.identifier, problem.field)
        for problem in problems_of(spoil("credentials", "hours_total: 100", "hours_total: 101"))
    }
    assert found >= {
        ("frames.yaml", "council-2022", "unit.least_hours"),
        ("credentials.yaml", "MC-ECW", "workload.breakdown"),
    }


@pytest.mark.slow
def test_a_scheme_that_names_an_unknown_frame_is_told_which_there_are(spoil):
    found = problems_of(spoil("credentials", "id: council-2022", "id: council-2023"))
    told = [problem for problem in found if problem.field.startswith(("frame", "kind"))]
    assert [(problem.identifier, problem.field) for problem in told] == [("MC-ECW", "frame.id")]
    assert "use one of council-2022, ects, qaa" in told[0].sentence


@pytest.mark.slow
def test_a_folder_without_frames_uses_the_bundled_ones(folder):
    (folder / "frames.yaml").unlink()
    assert load_content(folder).schemes[0].frame.frame == FRAMES["council-2022"]


def test_a_stored_scheme_keeps_its_frame_when_the_file_moves_on(plan):
    document = copy.deepcopy(dict(plan.schemes[0].document))
    assert document["frame"]["entry"]["unit"]["most_hours"] == 30
    assert type(plan.schemes[0]).from_document(document).frame == plan.schemes[0].frame
