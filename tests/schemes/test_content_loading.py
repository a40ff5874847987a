"""The sample content is sound, and each kind of mistake is reported with file, id, field and remedy."""

from collections import Counter
from decimal import Decimal

import pytest

from assess.schemes.errors import SchemeError
from assess.schemes.loading import load_content
from tests.effort import sampled


def problems_of(folder):
    with pytest.raises(SchemeError) as caught:
        load_content(folder)
    assert caught.value.code == "content"
    return caught.value.problems


def test_the_sample_content_is_sound_and_complete(plan):
    """Counts as in data/domain/MANIFEST.md."""
    assert [scheme.identifier for scheme in plan.schemes] == ["MC-ECW", "MC-PVS", "MC-CEE"]
    assert sum(len(scheme.outcomes) for scheme in plan.schemes) == 18
    assert (len(plan.esco_skills), len(plan.items), len(plan.tasks), len(plan.simulations)) == (150, 90, 9, 10)
    assert len({link.identifier for scheme in plan.schemes for own in scheme.outcomes for link in own.esco}) == 55
    assert (len(plan.blueprints), len(plan.stations), len(plan.stacks)) == (3, 9, 3)
    kinds = Counter(simulation.kind for simulation in plan.simulations)
    assert kinds == {"wiring_netlist": 4, "sunspec_settings": 3, "retrofit_case": 3}
    assert plan.sample == {"MC-ECW", "MC-PVS", "MC-CEE"}


def test_the_three_blueprints_reach_their_precision(plan):
    """Pool of 30 with several items of two and three points; the target is 0.50 logit."""
    assert set(plan.standard_errors) == {"BP-ECW", "BP-PVS", "BP-CEE"}
    assert all(Decimal("0.30") < error <= Decimal("0.50") for error in plan.standard_errors.values())


@pytest.mark.slow
def test_mistakes_in_several_files_are_all_reported_at_once(spoil):
    spoil("credentials", "hours_total: 75", "hours_total: 80")
    spoil("items", "outcome: LO-ECW-1\n", "outcome: LO-ECW-9\n")
    spoil("simulations", "unit: kWh/a", "unit: kWh per anum")
    spoil("blueprints", "form_length: 20", "form_length: 21")
    found = {
        (problem.file, problem.identifier)
        for problem in problems_of(spoil("rubrics", "max_points: 60", "max_points: 66"))
    }
    assert found >= {
        ("credentials.yaml", "MC-PVS"),
        ("items.yaml", "ECW-001"),
        ("simulations.yaml", "SIM-RET-1"),
        ("blueprints.yaml", "BP-ECW"),
        ("rubrics.yaml", "PT-ECW-1"),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "place", "said"),
    sampled(
        [
            # ids and references
            ("items", "- id: ECW-002\n", "- id: ECW-001\n", "items.yaml, ECW-001, id", "stands 2 times"),
            ("rubrics", "id: PT-ECW-2.01", "id: PT-ECW-1.01", "rubrics.yaml, PT-ECW-1.01, id", "give each its own"),
            ("credentials", "- ESCO-035\n", "- ESCO-999\n", "MC-ECW", "ESCO-999"),
            (
                "credentials",
                "blueprint: BP-ECW",
                "blueprint: BP-XXX",
                "assessment.components[ECW-K]",
                "names BP-XXX, which no file defines",
            ),
            (
                "credentials",
                "      - PT-ECW-3\n      assessment_type",
                "      assessment_type",
                "assessment.components",
                "leaves out PT-ECW-3",
            ),
            (
                "credentials",
                "    - PT-ECW-3\n    - items\n    - PT-ECW-2\n",
                "    - items\n    - PT-ECW-2\n",
                "learning_outcomes[LO-ECW-1]",
                "leaves out PT-ECW-3, which lists this outcome",
            ),
            ("credentials", "evidence: EXT-PVI", "evidence: EXT-PVX", "any_of[PVS-ENT-1A]", "asks for EXT-PVX"),
            (
                "credentials",
                "evidence: MC-ECW",
                "evidence: MC-PVS",
                "credentials.yaml, MC-PVS",
                "leads back to itself (MC-PVS → MC-PVS)",
            ),
            (
                "credentials",
                "    stacks:\n    - STK-EVT\n",
                "    stacks: []\n",
                "stackability.stacks",
                "disagree about STK-EVT",
            ),
            ("credentials", "  - EXT-EVS\n  electives", "  - MC-ECW\n  electives", "STK-EVT", "names MC-ECW twice"),
            ("credentials", "  - EXT-EVD\n", "  - MC-ECW\n", "STK-EVT", "counts MC-ECW twice"),
            ("credentials", "min_ects: 12\n", "min_ects: 17\n", "STK-EVT, min_ects", "all members together give 16"),
            (
                "items",
                "- items: [ECW-001, ECW-002",
                "- items: [ECW-001, ECW-902",
                "items.yaml, enemy_items",
                "ECW-902, which is no item",
            ),
            ("items", "domain: A1", "domain: B1", "items.yaml, ECW-001, domain", "no domain of BP-ECW"),
            ("blueprints", "task: PT-ECW-1", "task: PT-ECW-9", "blueprints.yaml, bay-1, task", "which no file defines"),
            ("blueprints", "minutes: 90", "minutes: 95", "blueprints.yaml, bay-1, minutes", "PT-ECW-1 takes 90 min"),
            ("rubrics", "station: bay-1", "station: bay-9", "rubrics.yaml, PT-ECW-1, station", "does not define"),
            (
                "simulations",
                "  outcomes:\n  - LO-ECW-3\n",
                "  outcomes:\n  - LO-PVS-3\n",
                "simulations.yaml, SIM-WIRE-1, outcomes",
                "no outcome of MC-ECW",
            ),
            # workload, weights, metadata
            ("credentials", "hours_per_ects: 25", "hours_per_ects: 31", "workload.hours_per_ects", "25 to 30 hours"),
            ("credentials", "ects: 4.0", "ects: 5.0", "workload.ects", "100 h ÷ 25 h per credit gives 4"),
            ("credentials", "hours: 40", "hours: 41", "workload.breakdown", "adds up to 101 h"),
            (
                "credentials",
                "kind: simulator practice",
                "kind: e-learning",
                "workload.breakdown",
                "holds no simulator hours",
            ),
            ("credentials", "weight: 0.35", "weight: 0.36", "assessment.components", "add up to 1.01"),
            (
                "credentials",
                "    awarding_body: SAMPLE AWARDING BODY (replace)\n",
                "",
                "metadata.awarding_body",
                "is missing",
            ),
            (
                "credentials",
                "    quality_assurance:\n",
                "    quality:\n",
                "metadata.quality",
                "is not a field known here",
            ),
            ("credentials", "snb/eqf/4", "snb/eqf/5", "eqf_uri", "does not belong to level 4"),
            (
                "credentials",
                "label: Blended",
                "label: Online",
                "form_of_participation.label",
                "the code means 'Blended'",
            ),
            (
                "credentials",
                "assessment/6e6cb2cc78",
                "assessment/0000000000",
                "assessment_type.uri",
                "not a known code",
            ),
            ("credentials", "- '7.1'", "- '18.1'", "sdg_targets", "write goal and target"),
            (
                "credentials",
                "    prerequisite: valid full-scope",
                "    prerequisite: a full-scope",
                "entry_requirements",
                "make nothing of the prerequisite",
            ),
            # blueprints and pools
            ("blueprints", "weight: 0.2\n", "weight: 0.3\n", "domains[A1]", "correct weight or counts"),
            ("blueprints", "min_pool_factor: 1.25", "min_pool_factor: 3", "domains[A1]", "write more or lower it"),
            (
                "blueprints",
                "<= 0.50 logit at the cut\n    max_standard_error_logit: 0.50",
                "<= 0.30 logit at the cut\n    max_standard_error_logit: 0.30",
                "BP-ECW, precision",
                "That needs at least",
            ),
            (
                "blueprints",
                "max_standard_error_logit: 0.50",
                "max_standard_error_logit: 0.40",
                "BP-ECW, targets.reliability_at_cut",
                "make the sentence and the number agree",
            ),
            (
                "blueprints",
                "      recall: 1\n      apply: 2\n",
                "      recall: 3\n      apply: 0\n",
                "BP-ECW, cell_short",
                "lacks",
            ),
            # numbers that follow from others
            (
                "rubrics",
                "        L: 12\n",
                "        L: 13\n",
                "PT-ECW-1.08, measurement.expected_formula",
                "but 0.089 is written",
            ),
            ("rubrics", "unit: Nm", "unit: newton", "PT-ECW-1.07, measurement.unit", "not in the unit table"),
            ("simulations", "raw: 1000\n", "raw: 1001\n", "SIM-SUN-1, initial", "does not mean 10000"),
            (
                "simulations",
                "expected: 45537.882",
                "expected: 45000",
                "SIM-RET-1, answers[attic_kwh].formula",
                "gives 45537.88",
            ),
            ("simulations", "low: 67.942", "low: 71", "SIM-RET-3, answers[slope].expected", "not inside 71 to 72.145"),
            (
                "simulations",
                "    - 42710\n",
                "    - 52710\n",
                "SIM-RET-3, answers[slope].formula",
                "but 70.044 is written",
            ),
            ("simulations", "point: SoCRsvMin", "point: SoCReserve", "SIM-SUN-1", "which model 802 does not have"),
            (
                "simulations",
                "scale_factor_point: SoC_SF",
                "scale_factor_point: SOC_SF",
                "SIM-SUN-1",
                "scaled by 'SoC_SF'",
            ),
            ("simulations", "- model: 703\n", "- model: 7030\n", "SIM-SUN-3", "not in the SunSpec catalogue"),
            # wiring
            ("simulations", "    - S1.1\n    - X1.L\n", "    - S1.1\n", "SIM-WIRE-1", "the reference wiring fails"),
            ("simulations", "  - - SRC.L\n    - Q1.1\n", "  - - SRC.L\n    - Q1.9\n", "SIM-WIRE-1", "Q1.9"),
            # form of the files
            (
                "rubrics",
                "schema: content/rubrics@1",
                "schema: content/rubrics@2",
                "rubrics.yaml, schema",
                "this release reads",
            ),
            ("rubrics", "scoring_note:", "scorring_note:", "rubrics.yaml, scorring_note", "check the spelling"),
            ("items", "  version: 1\n", "  version: 1\n  version: 2\n", "items.yaml", "the key 'version' stands twice"),
            (
                "items",
                "items:\n- id",
                "items: !!python/object/apply:os.system ['true']\nx:\n- id",
                "items.yaml",
                "could not determine a constructor",
            ),
            ("items", "difficulty_b: -0.9", "difficulty_b: .nan", "items.yaml", "not a finite number"),
            ("items", "time_s: 100", "time_s: 100\n\tx", "items.yaml line", "found"),
        ]
    ),
)
def test_a_mistake_names_its_place_and_remedy(spoil, file, old, new, place, said):
    found = [str(problem) for problem in problems_of(spoil(file, old, new))]
    assert any(place in line and said in line for line in found), "\n".join(found)


def test_a_missing_file_is_named_and_the_others_are_still_read(folder):
    (folder / "blueprints.yaml").unlink()
    found = [str(problem) for problem in problems_of(folder)]
    assert (
        "blueprints.yaml: blueprints.yaml cannot be read (No such file or directory); put it into the folder." in found
    )
    assert any("names BP-ECW, which no file defines" in line for line in found)


def test_a_file_that_is_not_utf8_is_refused(folder):
    (folder / "items.yaml").write_bytes("schema: ä".encode("latin-1"))
    assert any("items.yaml is not UTF-8 at byte 8" in str(problem) for problem in problems_of(folder))


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["[]", "just words", "schema: content/items@1\nitems: 3\nenemy_items: {}", "- items", ""]
)
def test_a_file_of_another_shape_is_refused_with_a_sentence(folder, text):
    (folder / "items.yaml").write_text(text, encoding="utf-8")
    assert any(problem.file == "items.yaml" for problem in problems_of(folder))


@pytest.mark.slow
@pytest.mark.parametrize("key", ["tasks", "wiring", "credentials", "blueprints", "stacks", "esco_skills"])
def test_an_entry_that_is_no_mapping_is_refused_with_a_sentence(folder, key):
    file = next(path for path in folder.glob("*.yaml") if f"\n{key}:\n" in path.read_text(encoding="utf-8"))
    file.write_text(file.read_text(encoding="utf-8").replace(f"\n{key}:\n", f"\n{key}:\n- 7\n", 1), encoding="utf-8")
    assert any(problem.file == file.name and "mapping" in problem.sentence for problem in problems_of(folder))
