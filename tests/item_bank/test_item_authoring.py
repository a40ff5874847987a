from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from bundled_items import BLUEPRINT_FILE, ENTRIES, ITEM_FILE

from item_bank.assembly import Cell
from item_bank.authoring import AuthoringError, blueprint_from_document, content_from_document, entry_from_document
from item_bank.lint import lint_bank, lint_item
from item_bank.qti.content import Numeric, Prerequisite


def document(identifier: str) -> dict[str, Any]:
    return deepcopy(next(one for one in ITEM_FILE["items"] if one["id"] == identifier))


def test_numbers_are_taken_as_the_author_wrote_them() -> None:
    content = ENTRIES["ECW-007"].content
    assert isinstance(content, Numeric)
    assert (content.key, content.tolerance, content.inputs) == (
        Decimal("32.2"),
        Decimal("0.15"),
        (("P", Decimal(7400)), ("U", Decimal(230))),
    )


def test_the_bank_s_facts_stand_beside_the_content() -> None:
    entry = ENTRIES["PVS-020"]
    assert (entry.number, entry.credential, entry.domain, entry.level) == (1, "MC-PVS", "B4", "analyse")
    assert str(entry.difficulty_b) == str(document("PVS-020")["difficulty_b"])


MISTAKES = [
    ("ECW-002", lambda d: d.pop("stem"), "ECW-002, stem: The field is missing; give a text."),
    (
        "ECW-002",
        lambda d: d.update(stme="x"),
        "ECW-002, stme: This field is not known here; correct its spelling or remove it.",
    ),
    (
        "ECW-002",
        lambda d: d["options"][1].update(correct="yes"),
        "ECW-002, options[1].correct: 'yes' does not fit; give true or false.",
    ),
    (
        "ECW-002",
        lambda d: d["options"][1].update(correct=True),
        "ECW-002, options: Exactly one option has to be correct; 2 are.",
    ),
    ("ECW-002", lambda d: d["options"][1].update(id="a"), "ECW-002, options[1].id: 'a' is used twice; rename one."),
    ("ECW-002", lambda d: d.update(time_s=True), "ECW-002, time_s: 'True' does not fit; give a whole number from 0."),
    ("ECW-002", lambda d: d.update(stem="a\x07b"), "ECW-002, stem: The text holds a control character; remove it."),
    ("ECW-007", lambda d: d.update(key="12,5"), "ECW-007, key: '12,5' is not a number; give one with a decimal point."),
    ("ECW-007", lambda d: d.update(key=float("nan")), "ECW-007, key: 'nan' is not finite; give a number."),
    ("ECW-007", lambda d: d.update(tolerance_abs=-1), "ECW-007, tolerance_abs: Give a tolerance of 0 or more."),
    ("ECW-007", lambda d: d.update(type="essay"), "ECW-007, type: 'essay' is not rendered; use one of single_choice"),
    ("ECW-007", lambda d: d["scoring"].update(rule="per_pair"), "ECW-007, scoring.rule: per_pair can't score numeric"),
    ("ECW-007", lambda d: d.update(difficulty_b=44), "ECW-007, difficulty_b: 44 logits is beyond ±6; correct it."),
    ("ECW-012", lambda d: d["key"].update(l1="r9"), "ECW-012, key.l1: 'r9' is not on the right side."),
    (
        "ECW-017",
        lambda d: d["regions"][0].update(x=500),
        "ECW-017, regions[0]: 'Main switch N' has to lie inside the 520 × 240 figure.",
    ),
    (
        "ECW-017",
        lambda d: d["figure"].update(source='<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>'),
        "ECW-017, figure.source: Remove <script>: a figure may only draw.",
    ),
    (
        "ECW-017",
        lambda d: d["figure"].update(source='<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
        "ECW-017, figure.source: Remove the attribute onload: no scripts or links.",
    ),
    (
        "ECW-001",
        lambda d: d.update(prerequisites=[]),
        "ECW-001, prerequisites: The rule prerequisite_graph needs at least one edge.",
    ),
    (
        "ECW-001",
        lambda d: d["prerequisites"].append({"before": "s6", "after": "s1", "danger": False, "why": "round we go"}),
        "ECW-001, prerequisites[6]: The key itself breaks s6 → s1; correct one of them.",
    ),
    (
        "ECW-001",
        lambda d: d["prerequisites"][0].update(why=" "),
        "ECW-001, prerequisites[0].why: Say why this order matters.",
    ),
    (
        "ECW-001",
        lambda d: d["scoring"].update(rule="kendall_pairs"),
        "ECW-001, prerequisites: Prerequisites are scored only by the rule prerequisite_graph; set it.",
    ),
    ("ECW-001", lambda d: d.update(key=["s1"]), "ECW-001, key: The key has to name every element exactly once."),
]


@pytest.mark.parametrize(("identifier", "change", "sentence"), MISTAKES)
def test_a_mistake_is_reported_with_item_path_and_remedy(identifier: str, change: Any, sentence: str) -> None:
    entry = document(identifier)
    change(entry)
    with pytest.raises(AuthoringError) as reported:
        entry_from_document(entry)
    assert str(reported.value).startswith(sentence)


def test_steps_that_wait_for_each_other_are_reported() -> None:
    content = ENTRIES["ECW-001"].content
    circle = (
        Prerequisite(before="s1", after="s2", danger=False, why="x"),
        Prerequisite(before="s2", after="s1", danger=False, why="x"),
    )
    codes = {
        finding.sentence + finding.remedy
        for finding in lint_item(type(content)(**{**vars(content), "prerequisites": circle}))
    }
    assert any("wait for each other; break the circle." in one for one in codes)


def test_the_blueprints_are_read_for_assembly() -> None:
    blueprints = [blueprint_from_document(one) for one in BLUEPRINT_FILE["blueprints"]]
    assert [(one.id, one.length, one.pretest_slots, one.standard_error) for one in blueprints] == [
        ("BP-ECW", 20, 5, 0.5),
        ("BP-PVS", 20, 5, 0.5),
        ("BP-CEE", 20, 5, 0.5),
    ]
    assert Cell(domain="A5", level="analyse", count=2) in blueprints[0].cells


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.update(form_length=21), "BP-ECW, form_length: The cells add up to 20"),
        (
            lambda d: d["targets"].update(reliability_at_cut="good"),
            "BP-ECW, targets.reliability_at_cut: 'good' is not read",
        ),
        (
            lambda d: d["domains"][0]["items"].update(recal=1),
            "BP-ECW, domains[0].items.recal: Use the cognitive levels",
        ),
        (lambda d: d["domains"][0]["items"].update(recall=-1), "BP-ECW, domains[0].items.recall: -1 is below 0"),
    ],
)
def test_a_blueprint_s_mistake_is_reported_with_its_path(change: Any, sentence: str) -> None:
    entry = deepcopy(BLUEPRINT_FILE["blueprints"][0])
    change(entry)
    with pytest.raises(AuthoringError) as reported:
        blueprint_from_document(entry)
    assert str(reported.value).startswith(sentence)


def codes(identifier: str, **changes: Any) -> set[str]:
    return {finding.code for finding in lint_item(content_from_document({**document(identifier), **changes}))}


def test_lint_finds_only_two_short_keys_in_the_bundled_items() -> None:
    found = {(one.item, one.code) for one in lint_bank([entry.content for entry in ENTRIES.values()])}
    assert found == {("ECW-023", "key_shortest"), ("ECW-028", "key_shortest")}


def test_lint_names_each_flaw() -> None:
    options = document("ECW-002")["options"]
    long_key = [{**options[0], "text": "x" * 200}, *options[1:]]
    twins = [*options[:3], {**options[3], "text": f" {options[2]['text'].upper()} "}]
    catch_all = [*options[:3], {**options[3], "text": "All of the above"}]
    regions = document("ECW-017")["regions"]
    assert codes("ECW-002", options=long_key) == {"key_longest"}
    assert codes("ECW-002", options=twins) == {"twins"}
    assert "catch_all" in codes("ECW-002", options=catch_all)
    assert codes("ECW-002", stem="Which of these is not a tester?") == {"negative_stem"}
    assert codes("ECW-003", stem="Which TWO actions secure it?") == {"count_wrong"}
    assert codes("ECW-003", stem="Which actions secure it?") == {"count_untold"}
    assert codes("ECW-007", key=32.9) == {"key_differs", "exact_refused"}
    assert codes("ECW-007", formula="") == {"formula_missing"}
    assert codes("ECW-007", formula="P/X") == {"formula_broken"}
    assert codes("ECW-007", formula="__import__('os')") == {"formula_broken"}
    assert codes("ECW-007", formula="7400/230") == {"input_unused"}
    assert codes("ECW-007", decimals_shown=2, key=32.17) == {"places_differ"}
    assert codes("ECW-008", tolerance_abs=6) == {"error_accepted"}
    assert codes("ECW-006", max_words=80) == {"limit_differs"}
    assert codes("ECW-001", elements=sorted(document("ECW-001")["elements"], key=lambda one: str(one["id"]))) == {
        "shown_in_key_order"
    }
    assert codes("ECW-012", right=document("ECW-012")["right"][1:]) == {"no_spare"}
    assert "overlap" in codes("ECW-017", regions=[*regions[:5], {**regions[5], "x": 30, "y": 25}])


def test_lint_sees_a_pattern_of_keys_over_the_bank() -> None:
    fixed = [content_from_document({**document("ECW-002"), "id": f"X-{i}", "shuffle": False}) for i in range(20)]
    found = [one for one in lint_bank(fixed) if one.item == "(bank)"]
    assert [(one.code, one.sentence) for one in found] == [
        ("key_position", "In 20 of 20 items the key stands in place 1; chance would give about 5.")
    ]
