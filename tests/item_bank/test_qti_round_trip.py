import pytest
from bundled_items import ENTRIES
from hypothesis import given, settings
from item_contents import contents

from item_bank.qti import ItemContent, QTIError, build_item, content_hash, problems, read_item, redact, validate_item
from tests.effort import examples


@pytest.mark.slow
@settings(max_examples=examples(200), deadline=None)
@given(contents())
def test_a_content_survives_being_written_and_read(content: ItemContent) -> None:
    xml = build_item(content)
    assert read_item(xml) == content
    assert build_item(read_item(xml)) == xml
    assert problems(content) == ()
    assert validate_item(xml) == content


@pytest.mark.slow
def test_the_bundled_items_survive_being_written_and_read() -> None:
    assert len(ENTRIES) == 90
    for entry in ENTRIES.values():
        assert validate_item(build_item(entry.content)) == entry.content


@pytest.mark.slow
def test_equal_content_has_one_hash_and_different_content_another() -> None:
    hashes = {content_hash(build_item(entry.content)) for entry in ENTRIES.values()}
    assert len(hashes) == len(ENTRIES)
    assert hashes == {content_hash(build_item(entry.content).decode()) for entry in ENTRIES.values()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("<a", "not_well_formed"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "dtd_refused"),
        ('<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "dtd_refused"),
        ("<a/>", "not_an_item"),
        (" " * 1_000_001, "too_large"),
        ('<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"/>', "missing"),
        (
            '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" data-interaction="drawing"/>',
            "unknown_interaction",
        ),
    ],
)
def test_what_is_not_an_item_is_refused_with_a_code(xml: str, code: str) -> None:
    with pytest.raises(QTIError) as refused:
        read_item(xml)
    assert refused.value.code == code


def test_processing_that_scores_by_another_rule_is_refused() -> None:
    xml = build_item(ENTRIES["ECW-007"].content).replace(b'tolerance="0.15 0.15"', b'tolerance="9 9"')
    assert read_item(xml) == ENTRIES["ECW-007"].content
    with pytest.raises(QTIError) as refused:
        validate_item(xml)
    assert refused.value.code == "differs"


def test_a_removed_key_is_refused() -> None:
    xml = build_item(ENTRIES["ECW-002"].content).replace(b"<qti-value>a</qti-value>", b"")
    with pytest.raises(QTIError) as refused:
        validate_item(xml)
    assert refused.value.code == "unsound"
    assert "Exactly one option has to be correct; 0 are." in refused.value.sentence


def test_redacted_xml_holds_no_key_and_no_authoring_id() -> None:
    for entry in ENTRIES.values():
        redacted = redact(build_item(entry.content), rename=lambda identifier: f"t{hash(identifier)}").decode()
        for secret in (
            "correct-response",
            "qti-mapping",
            "response-processing",
            "rubric-block",
            "outcome-declaration",
            "PLACE_",
        ):
            assert secret not in redacted
        for choice in ("s1", "a", "l1", "r1", "h1"):
            assert f'identifier="{choice}"' not in redacted
        if entry.content.rationale:
            assert entry.content.rationale not in redacted
        assert entry.content.stem.split()[0] in redacted
