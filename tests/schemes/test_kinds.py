"""Each kind changes words, rules, duties and evidence; nothing is published as more than it states."""

import copy
import dataclasses

import pytest

from assess.schemes.declarations import PLACES
from assess.schemes.definition import SchemeDefinition
from assess.schemes.duties import DUTIES
from assess.schemes.errors import SchemeError
from assess.schemes.kinds import (
    CERTIFICATE_PROGRAMME,
    CERTIFICATION,
    KINDS,
    MICRO_CREDENTIAL,
    OPEN_BADGE,
    AtExpiry,
    Element,
)

BADGE = {"is": "open_badge", "recognises": "that somebody wired a circuit in the open workshop"}


@pytest.fixture
def document(plan):
    """The micro-credential of the sample, as a document that a test may spoil."""
    return copy.deepcopy(dict(plan.schemes[0].document))


def problems_of(document):
    with pytest.raises(SchemeError) as caught:
        SchemeDefinition.from_document(document)
    return {problem.field: problem.sentence for problem in caught.value.problems}


def test_the_three_schemes_show_the_three_kinds(plan):
    assert [scheme.kind for scheme in plan.schemes] == [MICRO_CREDENTIAL, CERTIFICATION, CERTIFICATE_PROGRAMME]
    assert [scheme.kind.at_expiry for scheme in plan.schemes] == [
        AtExpiry.NONE,
        AtExpiry.RECERTIFICATION,
        AtExpiry.TERM,
    ]


def test_no_two_kinds_share_their_words_or_their_type():
    for field in dataclasses.fields(MICRO_CREDENTIAL.wording):
        said = [getattr(kind.wording, field.name) for kind in KINDS.values()]
        assert field.name == "announcement" or len(set(said)) == len(KINDS), field.name
    assert len({kind.achievement_type for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_a_kind_names_only_duties_elements_and_evidence_that_exist(kind):
    assert set(kind.duties) <= set(DUTIES)
    assert set(kind.needs) <= set(PLACES)
    assert len({evidence.code for evidence in kind.evidence}) == len(kind.evidence)
    assert {evidence.level for evidence in kind.evidence} <= {"scheme", "window", "candidate"}


def test_what_is_asked_differs_as_the_standards_do():
    assert CERTIFICATION.asks_for("job_analysis")
    assert CERTIFICATION.asks_for("recertification")
    assert not CERTIFICATE_PROGRAMME.asks_for("recertification")
    assert CERTIFICATE_PROGRAMME.asks_for("learning_event")
    assert MICRO_CREDENTIAL.asks_for("annex_i")
    assert not OPEN_BADGE.asks_for("score_quality")
    assert "impartiality" in CERTIFICATION.duties
    assert "impartiality" not in MICRO_CREDENTIAL.duties


def spoil_outcomes(document):
    document["learning_outcomes"] = []


def spoil_assessment(document):
    document["learning_outcomes"][2]["evidenced_by"] = []


@pytest.mark.parametrize(
    ("element", "spoil"),
    [
        (Element.OUTCOMES, spoil_outcomes),
        (Element.ASSESSED, spoil_assessment),
        (Element.SIZE, lambda document: document.pop("workload")),
        (Element.LEVEL, lambda document: [document.pop(key) for key in ("eqf_level", "eqf_uri")]),
        (Element.QUALITY, lambda document: document["metadata"].pop("quality_assurance")),
    ],
    ids=["outcomes", "assessed", "size", "level", "quality"],
)
def test_a_micro_credential_without_it_is_refused_and_an_open_badge_is_not(document, element, spoil):
    spoil(document)
    found = problems_of(document)
    assert f"nothing is published as a micro-credential without {element}" in found[PLACES[element][0]]
    assert "declare the kind open_badge" in found[PLACES[element][0]]

    badge = SchemeDefinition.from_document({**document, "kind": BADGE})
    assert badge.kind is OPEN_BADGE
    assert element not in badge.stated


def test_a_micro_credential_names_its_frame(document):
    del document["frame"]
    assert "names the frame" in problems_of(document)["frame"]


def test_a_certification_says_how_it_is_kept_apart_and_renewed(document):
    found = problems_of({**document, "kind": {"is": "certification"}})
    assert set(found) == {"kind.separation", "kind.recertification", "kind.automation"}


def test_an_empty_register_of_automation_is_a_statement(document):
    kind = {"is": "certification", "separation": "by law", "recertification": "after 36 months", "automation": []}
    assert SchemeDefinition.from_document({**document, "kind": kind}).declared.automation == ()


def test_a_certificate_programme_is_tied_to_a_learning_event(document):
    assert "kind.learning_event" in problems_of({**document, "kind": {"is": "certificate_programme", "automation": []}})


@pytest.mark.parametrize(
    ("kind", "field", "said"),
    [
        ({"is": "diploma"}, "kind.is", "use one of certification, certificate_programme, micro_credential, open_badge"),
        ({"is": "micro_credential", "separation": "x"}, "kind.separation", "is not a field known here"),
        ({}, "kind.is", "is missing; add one of"),
    ],
)
def test_a_mistake_in_the_declaration_is_told_with_its_place(document, kind, field, said):
    assert said in problems_of({**document, "kind": kind})[field]
