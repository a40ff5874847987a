"""Verdicts follow from evidence by stated rules, and the weakest piece decides."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assess.validity.dossier.claims import Bearing, Claim, Evidence, Record, Verdict, by_weight, verdict_of

WEAKER = [Bearing.SUPPORTS, Bearing.LIMITS, Bearing.LACKING, Bearing.CONTRADICTS]
WORSE = [Verdict.SUPPORTED, Verdict.WITH_LIMITS, Verdict.NOT_ENOUGH, Verdict.CONTRADICTED]


def piece(bearing: Bearing, *, needed: bool = True, key: str = "a", weakness: str = "") -> Evidence:
    return Evidence(key=key, sentence="it is so.", bearing=bearing, rule="r", needed=needed, weakness=weakness)


def claim(*evidence: Evidence) -> Claim:
    return Claim(key="k", title="T", statement="S", warrant="W", evidence=evidence, limits=("It never ends.",))


pieces = st.lists(
    st.builds(lambda bearing, needed: piece(bearing, needed=needed), st.sampled_from(WEAKER), st.booleans()), max_size=8
)


def test_a_claim_without_needed_evidence_is_not_enough() -> None:
    assert verdict_of([]) is Verdict.NOT_ENOUGH
    assert verdict_of([piece(Bearing.SUPPORTS, needed=False)]) is Verdict.NOT_ENOUGH


def test_each_rule_gives_its_verdict() -> None:
    sound = piece(Bearing.SUPPORTS)
    assert verdict_of([sound]) is Verdict.SUPPORTED
    assert verdict_of([sound, piece(Bearing.LIMITS)]) is Verdict.WITH_LIMITS
    assert verdict_of([sound, piece(Bearing.LACKING, needed=False)]) is Verdict.WITH_LIMITS
    assert verdict_of([sound, piece(Bearing.CONTRADICTS, needed=False)]) is Verdict.WITH_LIMITS
    assert verdict_of([sound, piece(Bearing.LACKING)]) is Verdict.NOT_ENOUGH
    assert verdict_of([piece(Bearing.LACKING), piece(Bearing.CONTRADICTS)]) is Verdict.CONTRADICTED


@given(pieces, st.randoms())
def test_the_order_of_evidence_changes_nothing(evidence: list[Evidence], random: object) -> None:
    turned = list(evidence)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert verdict_of(turned) is verdict_of(evidence)


@given(pieces, st.integers(0, 7), st.sampled_from(WEAKER))
def test_weaker_evidence_never_makes_a_better_verdict(evidence: list[Evidence], place: int, to: Bearing) -> None:
    if not evidence:
        return
    one = evidence[place % len(evidence)]
    weaker = max(one.bearing, to, key=WEAKER.index)
    changed = [replace(other, bearing=weaker) if other is one else other for other in evidence]
    assert WORSE.index(verdict_of(changed)) >= WORSE.index(verdict_of(evidence))


@given(pieces)
def test_supported_means_that_everything_supports(evidence: list[Evidence]) -> None:
    everything = {one.bearing for one in evidence} == {Bearing.SUPPORTS} and any(one.needed for one in evidence)
    assert (verdict_of(evidence) is Verdict.SUPPORTED) == everything


def test_weak_points_come_heaviest_first_and_limits_are_always_said() -> None:
    found = claim(
        piece(Bearing.LIMITS, key="a", weakness="thin"),
        piece(Bearing.CONTRADICTS, key="b", needed=False, weakness="rounding"),
        piece(Bearing.LACKING, key="c", weakness="missing"),
    )
    assert found.weak_points == ("Missing", "Thin", "Rounding", "It never ends.")
    assert [one.key for one in by_weight(found.evidence)] == ["c", "a", "b"]
    assert claim(piece(Bearing.SUPPORTS)).weak_points == ("It never ends.",)


def test_sentences_begin_with_a_capital_and_records_are_named_once() -> None:
    record = Record(kind="study", id="1")
    found: Sequence[Evidence] = [replace(piece(Bearing.SUPPORTS, key=key), records=(record,)) for key in "ab"]
    assert found[0].sentence == "It is so."
    assert claim(*found).records == (record,)
