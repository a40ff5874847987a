import json
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from bundled_items import ENTRIES
from hypothesis import given, settings
from hypothesis import strategies as st
from item_contents import contents, orderings

from item_bank import interactions
from item_bank.interactions import (
    ChoiceResponse,
    MatchResponse,
    NumericResponse,
    OrderResponse,
    Response,
    ResponseError,
    TextResponse,
    Verdict,
)
from item_bank.interactions.contract import token
from item_bank.qti.content import (
    Hotspot,
    ItemContent,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    Rule,
    ShortText,
    SingleChoice,
)
from tests.effort import examples

SEEDS = st.binary(min_size=16, max_size=32)


def key_payload(content: ItemContent, seed: bytes) -> dict[str, Any]:
    """The right answer as a candidate would send it."""
    match content:
        case SingleChoice():
            (key,) = (one.id for one in content.options if one.correct)
            return {"choice": token(seed, content, key)}
        case MultipleResponse():
            return {"choices": [token(seed, content, one.id) for one in content.options if one.correct]}
        case Numeric():
            return {"value": format(content.key, "f"), "unit": content.unit or None}
        case Ordering():
            return {"order": [token(seed, content, one) for one in content.key]}
        case Matching():
            return {"pairs": {token(seed, content, a): token(seed, content, b) for a, b in content.key}}
        case Hotspot():
            return {"regions": [token(seed, content, one.id) for one in content.regions if one.correct]}
        case ShortText():
            return {"text": content.model_answer}


@pytest.mark.slow
@settings(max_examples=examples(150), deadline=None)
@given(contents(), SEEDS)
def test_the_key_earns_the_maximum_through_the_candidate_s_tokens(content: ItemContent, seed: bytes) -> None:
    response = interactions.read_response(content, seed, key_payload(content, seed))
    score = interactions.score(content, response)
    if isinstance(content, ShortText):
        assert (score.points, score.verdict) == (None, Verdict.WAITING)
        score = interactions.score_marks(content, content.scoring.maximum, content.scoring.maximum)
    assert (score.points, score.verdict) == (content.scoring.maximum, Verdict.RIGHT)


@pytest.mark.slow
@settings(max_examples=examples(100), deadline=None)
@given(contents(), SEEDS)
def test_presenting_is_json_and_depends_on_the_seed_alone(content: ItemContent, seed: bytes) -> None:
    first = interactions.present(content, seed)
    assert first == interactions.present(content, seed) == json.loads(json.dumps(first))


def test_a_candidate_sees_no_key_reason_formula_or_authoring_id() -> None:
    for entry in ENTRIES.values():
        content = entry.content
        shown = interactions.present(content, b"0123456789abcdef")
        text = json.dumps(shown, ensure_ascii=False)
        assert content.identifier not in text
        secrets = [content.rationale, *content.references]
        allowed = {"interaction", "language", "stem", "maximum"}
        match content:
            case SingleChoice() | MultipleResponse():
                secrets += [one.rationale for one in content.options]
                allowed |= {"options"}
                assert all(set(one) == {"token", "text"} for one in shown["options"])
            case Numeric():
                secrets += [content.formula, *(error.why for error in content.common_errors)]
                allowed |= {"unit", "decimals"}
            case Ordering():
                secrets += [edge.why for edge in content.prerequisites]
                allowed |= {"elements"}
                assert all(set(one) == {"token", "text"} for one in shown["elements"])
            case Matching():
                allowed |= {"left", "right"}
                assert all(set(one) == {"token", "text"} for one in shown["left"] + shown["right"])
            case Hotspot():
                allowed |= {"figure", "regions", "choose", "keyboard_alternative"}
                assert all(set(one) == {"token", "label", "x", "y", "w", "h"} for one in shown["regions"])
            case ShortText():
                secrets += [content.model_answer, *(one.point for one in content.marking_points)]
                allowed |= {"max_words"}
        assert set(shown) == allowed
        # A stem may name the same standard as a reference.
        assert [one for one in secrets if one and one in text and one not in content.stem] == []


def test_two_attempts_share_no_token() -> None:
    content = ENTRIES["ECW-002"].content
    tokens = [{one["token"] for one in interactions.present(content, seed)["options"]} for seed in (b"one", b"two")]
    assert tokens[0].isdisjoint(tokens[1])


@settings(max_examples=examples(100), deadline=None)
@given(orderings(), SEEDS)
def test_an_untouched_order_never_earns_the_maximum(content: Ordering, seed: bytes) -> None:
    shown = interactions.present(content, seed)["elements"]
    response = interactions.read_response(content, seed, {"order": [one["token"] for one in shown]})
    assert interactions.score(content, response).verdict is not Verdict.RIGHT


@st.composite
def answered(draw: st.DrawFn) -> tuple[ItemContent, Response]:
    content = draw(contents().filter(lambda one: not isinstance(one, ShortText)))
    match content:
        case SingleChoice() | MultipleResponse():
            return content, ChoiceResponse(
                chosen=frozenset(draw(st.sets(st.sampled_from([one.id for one in content.options]))))
            )
        case Hotspot():
            return content, ChoiceResponse(
                chosen=frozenset(draw(st.sets(st.sampled_from([one.id for one in content.regions]))))
            )
        case Ordering():
            return content, OrderResponse(order=tuple(draw(st.permutations(content.key))))
        case Matching():
            right = st.sampled_from([one.id for one in content.right])
            pairs = draw(st.dictionaries(st.sampled_from([one.id for one in content.left]), right))
            return content, MatchResponse(pairs=frozenset(pairs.items()))
        case Numeric():
            return content, NumericResponse(
                value=draw(st.decimals(-1000, 1000, places=2)), unit=draw(st.sampled_from([None, "A"]))
            )
    raise AssertionError(content)


@pytest.mark.slow
@settings(max_examples=examples(300), deadline=None)
@given(answered())
def test_points_lie_between_zero_and_the_maximum_in_four_places(pair: tuple[ItemContent, Response]) -> None:
    score = interactions.score(*pair)
    assert score.points is not None
    assert 0 <= score.points <= score.maximum
    assert score.points.as_tuple().exponent == -4
    assert (score.verdict is Verdict.RIGHT) == (score.points == score.maximum)
    assert json.loads(json.dumps(score.detail)) == score.detail


def choose(content: ItemContent, *ids: str) -> tuple[Decimal | None, Verdict]:
    score = interactions.score(content, ChoiceResponse(chosen=frozenset(ids)))
    return score.points, score.verdict


def test_plus_minus_takes_away_for_wrong_choices_and_stops_at_zero() -> None:
    content = ENTRIES["ECW-003"].content  # the key is b, c, f; the maximum 2
    assert choose(content, "b", "c", "f") == (Decimal(2), Verdict.RIGHT)
    assert choose(content, "b", "c") == (Decimal("1.3333"), Verdict.PARTLY)
    assert choose(content, "b", "c", "f", "a") == (Decimal("1.3333"), Verdict.PARTLY)
    assert choose(content, "a", "b", "c", "d", "e", "f") == (Decimal(0), Verdict.WRONG)
    assert choose(content, "a", "d") == (Decimal(0), Verdict.WRONG)
    assert choose(content) == (Decimal(0), Verdict.UNANSWERED)


def number(content: ItemContent, value: str, unit: str | None = None) -> Decimal | None:
    response = interactions.read_response(content, b"seed", {"value": value, "unit": unit})
    return interactions.score(content, response).points


def test_a_number_right_on_the_limit_counts_and_one_beyond_does_not() -> None:
    content = ENTRIES["ECW-007"].content  # 32.2 ± 0.15 A
    assert [number(content, one) for one in ("32.05", "32.35", "32.2000", "32.35000000000001", "32.04")] == [
        1,
        1,
        1,
        0,
        0,
    ]
    assert [number(content, "32.2", unit) for unit in (None, "A", "V")] == [1, 1, 0]
    assert number(ENTRIES["PVS-020"].content, "-22.0") == 1


def test_a_known_error_is_named_for_the_analyst() -> None:
    score = interactions.score(ENTRIES["ECW-008"].content, NumericResponse(value=Decimal("11.68")))
    assert score.detail["common_error"] == "doubled although the table covers both conductors"


@pytest.mark.parametrize("value", ["1e309", "NaN", "1,5", "٣", " 1", "", "0x10", "1_000", "+1", "1.", "9" * 16])
def test_a_number_that_is_not_canonical_is_refused(value: str) -> None:
    with pytest.raises(ResponseError) as refused:
        number(ENTRIES["ECW-007"].content, value)
    assert refused.value.code == "number_form"


def order(content: ItemContent, text: str) -> tuple[Decimal | None, Verdict]:
    score = interactions.score(content, OrderResponse(order=tuple(f"s{digit}" for digit in text)))
    return score.points, score.verdict


def test_a_dangerous_order_earns_nothing_and_says_why() -> None:
    content = ENTRIES["ECW-001"].content
    assert order(content, "123456") == (Decimal(2), Verdict.RIGHT)
    # The tester proved too early breaks one of six edges, none of them dangerous: 2 × 5 / 6.
    assert order(content, "124356") == (Decimal("1.6667"), Verdict.PARTLY)
    # Locked before isolated: five of six edges are kept and nothing is earned.
    assert order(content, "132456") == (Decimal(0), Verdict.UNSAFE)
    score = interactions.score(content, OrderResponse(order=("s1", "s3", "s2", "s4", "s5", "s6")))
    assert score.detail["broken"] == [
        {
            "before": "s2",
            "after": "s3",
            "danger": True,
            "why": "A lock fitted while the circuit is still on only looks like an isolation.",
        }
    ]


# Every order that a competent person could defend, worked out by hand from the edges.
SAFETY_ORDERS = {
    "ECW-001": {"123456"},
    "ECW-024": {"123456", "132456", "312456"},
    "PVS-005": {"132456"},
    "PVS-025": {"1234567", "1324567"},
    "CEE-016": {"123456"},
    "CEE-025": {"123456", "132456"},
}


@pytest.mark.slow
@pytest.mark.parametrize(("identifier", "valid_orders"), SAFETY_ORDERS.items())
def test_every_order_that_keeps_all_edges_earns_the_maximum(identifier: str, valid_orders: set[str]) -> None:
    content = ENTRIES[identifier].content
    assert isinstance(content, Ordering)
    assert content.scoring.rule is Rule.PREREQUISITE_GRAPH
    full = set()
    for tried in permutations(content.key):
        score = interactions.score(content, OrderResponse(order=tried))
        broken = [edge for edge in content.prerequisites if tried.index(edge.before) > tried.index(edge.after)]
        if score.points == 2:
            full.add("".join(one.removeprefix("s") for one in tried))
        assert (score.points == 2) == (not broken)
        if any(edge.danger for edge in broken):
            assert (score.points, score.verdict) == (Decimal(0), Verdict.UNSAFE)
    assert full == valid_orders
    assert interactions.score(content, OrderResponse(order=content.key)).points == 2


def test_all_ordering_items_of_the_bank_are_scored_over_a_graph() -> None:
    assert {name for name, entry in ENTRIES.items() if isinstance(entry.content, Ordering)} == set(SAFETY_ORDERS)


def test_pairs_earn_their_share() -> None:
    content = ENTRIES["ECW-012"].content  # four pairs, the maximum 2
    three = MatchResponse(pairs=frozenset({("l1", "r4"), ("l2", "r3"), ("l3", "r2"), ("l4", "r1")}))
    assert interactions.score(content, three).points == Decimal("1.5")
    assert interactions.score(content, MatchResponse(pairs=frozenset({("l1", "r4")}))).points == Decimal("0.5")
    everywhere = MatchResponse(pairs=frozenset((f"l{i}", "r4") for i in range(1, 5)))
    assert interactions.score(content, everywhere).points == Decimal("0.5")


def test_two_markers_agree_or_a_third_decides() -> None:
    content = ENTRIES["ECW-006"].content  # the maximum 3
    assert isinstance(content, ShortText)
    waiting = interactions.score(content, TextResponse(text="Treat it as live."))
    assert (waiting.points, waiting.verdict, waiting.detail["words"]) == (None, Verdict.WAITING, 4)
    assert interactions.score(content, TextResponse(text=" \n")).verdict is Verdict.UNANSWERED
    marks = {
        ("2", "2", None): (Decimal(2), Verdict.PARTLY),
        ("2", "3", None): (Decimal("2.5"), Verdict.PARTLY),
        ("0", "2", None): (None, Verdict.THIRD_MARKER),
        ("0", "2", "1"): (Decimal(1), Verdict.PARTLY),
        ("0", "1", "3"): (Decimal("0.5"), Verdict.PARTLY),
    }
    for (first, second, third), expected in marks.items():
        score = interactions.score_marks(
            content, Decimal(first), Decimal(second), None if third is None else Decimal(third)
        )
        assert (score.points, score.verdict) == expected
    with pytest.raises(ResponseError, match="outside 0 to 3"):
        interactions.score_marks(content, Decimal(4), Decimal(3))


@pytest.mark.parametrize(
    ("identifier", "payload", "code"),
    [
        ("ECW-002", [], "object_expected"),
        ("ECW-002", {}, "field_missing"),
        ("ECW-002", {"choice": None, "x": 1}, "field_unknown"),
        ("ECW-002", {"choice": 3}, "token_type"),
        ("ECW-002", {"choice": "a"}, "token_unknown"),
        ("ECW-002", {"choice": "ſ"}, "token_unknown"),
        ("ECW-003", {"choices": "a"}, "list_expected"),
        ("ECW-003", {"choices": ["a"] * 7}, "list_too_long"),
        ("ECW-007", {"value": 32.2, "unit": None}, "number_form"),
        ("ECW-007", {"value": "32.2", "unit": 1}, "unit_form"),
        ("ECW-012", {"pairs": []}, "pairs_expected"),
        ("ECW-006", {"text": None}, "text_expected"),
        ("ECW-006", {"text": "x" * 10_001}, "text_too_long"),
    ],
)
def test_a_payload_that_cannot_be_read_is_refused_with_a_code(identifier: str, payload: object, code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        interactions.read_response(ENTRIES[identifier].content, b"seed", payload)
    assert refused.value.code == code


def test_tokens_named_twice_or_left_out_are_refused() -> None:
    seed = b"seed"
    choices = [one["token"] for one in interactions.present(ENTRIES["ECW-003"].content, seed)["options"]]
    steps = [one["token"] for one in interactions.present(ENTRIES["ECW-001"].content, seed)["elements"]]
    places = [one["token"] for one in interactions.present(ENTRIES["ECW-017"].content, seed)["regions"]]
    refusals = {
        "token_twice": ("ECW-003", {"choices": [choices[0], choices[0]]}),
        "order_incomplete": ("ECW-001", {"order": steps[:-1]}),
        "too_many_regions": ("ECW-017", {"regions": places[:2]}),
    }
    for code, (identifier, payload) in refusals.items():
        with pytest.raises(ResponseError) as refused:
            interactions.read_response(ENTRIES[identifier].content, seed, payload)
        assert refused.value.code == code


def test_a_cleared_answer_is_no_answer() -> None:
    cleared = {
        "ECW-002": {"choice": None},
        "ECW-003": {"choices": []},
        "ECW-007": {"value": None, "unit": None},
        "ECW-001": {"order": []},
        "ECW-012": {"pairs": {}},
        "ECW-017": {"regions": []},
        "ECW-006": {"text": ""},
    }
    for identifier, payload in cleared.items():
        content = ENTRIES[identifier].content
        for given_payload in (payload, None):
            score = interactions.score(content, interactions.read_response(content, b"seed", given_payload))
            assert (score.points, score.verdict) == (Decimal(0), Verdict.UNANSWERED)
