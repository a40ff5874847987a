"""The crosswalk: every reference leads somewhere, how well a text is known is said, presence is computed."""

from dataclasses import replace

import pytest

from assess.schemes.kinds import KINDS
from assess.validity.dossier.argument import argument
from assess.validity.dossier.assembled import SECTIONS, assemble
from assess.validity.dossier.crosswalk import SEEN, Presence, asked_by, crosswalks, frames, together
from tests.validity.dossier.dossier_facts import bare, full

ALSO = {"duty-learning-event", "age"}
"""Evidence that appears for some kinds of scheme, or once an analysis is there."""


@pytest.mark.slow
def test_all_five_frames_are_there_and_say_how_well_they_are_known() -> None:
    assert [frame.key for frame in frames()] == ["iso-17024", "astm-e2659", "ncca", "standards-2014", "council-2022"]
    for frame in frames():
        assert frame.seen and frame.edition and len(frame.requirements) >= 10
        for requirement in frame.requirements:
            assert requirement.seen in SEEN
            assert requirement.asks.endswith(".")
            assert requirement.evidence


@pytest.mark.slow
def test_every_reference_leads_to_a_claim_an_evidence_a_section_or_a_kind_of_record() -> None:
    claims = {claim.key: {piece.key for piece in claim.evidence} for claim in argument(full())}
    claims["cut"] |= {"cut-online"}
    for frame in frames():
        for requirement in frame.requirements:
            for name in requirement.evidence:
                first, _, second = name.partition("/")
                if first == "page":
                    assert second in SECTIONS, name
                elif first == "record":
                    assert second in {"decision", "cut", "study"}, name
                else:
                    assert first in claims, name
                    assert not second or second in claims[first] | ALSO, name


@pytest.mark.slow
def test_with_nothing_recorded_most_is_absent_and_nothing_is_called_present_by_a_claim() -> None:
    for found in crosswalks(argument(bare()), kind="", pages={}, recorded=()):
        assert found.count(Presence.PRESENT) == 0
        assert not found.leads


@pytest.mark.slow
def test_the_frame_of_the_schemes_kind_leads_and_the_one_for_all_follows() -> None:
    order = [one.frame.key for one in assemble(full()).crosswalks]
    assert order[:3] == ["iso-17024", "ncca", "standards-2014"]
    assert [one.leads for one in assemble(full()).crosswalks] == [True, True, False, False, False]


@pytest.mark.slow
def test_every_piece_that_any_kind_of_scheme_owes_is_answered() -> None:
    found = assemble(full())
    for kind in KINDS.values():
        asked = asked_by(kind, found.claims, pages={}, recorded=())
        assert [one.requirement.clause for one in asked] == [one.title for one in kind.evidence]
    presence = {one.requirement.clause: one.presence for one in found.asked}
    assert presence["Job-task analysis"] is Presence.PRESENT
    assert presence["Appeals and complaints"] is Presence.ABSENT


@pytest.mark.slow
def test_a_lacking_piece_makes_a_requirement_partly_met() -> None:
    given = full()
    without = assemble(replace(given, training=bare().training))
    for found, expected in ((assemble(given), Presence.PRESENT), (without, Presence.PARTLY)):
        answer = next(one for one in found.crosswalks[0].answers if one.requirement.clause == "6.2")
        assert answer.presence is expected


@pytest.mark.slow
def test_presence_is_as_weak_as_its_pieces() -> None:
    assert together([]) is Presence.ABSENT
    assert together([Presence.ABSENT, Presence.ABSENT]) is Presence.ABSENT
    assert together([Presence.PRESENT, Presence.LIMITED]) is Presence.LIMITED
    assert together([Presence.PARTLY, Presence.PRESENT]) is Presence.PARTLY
