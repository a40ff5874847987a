"""The dossier for machines: claims with verdicts, evidence, rules and records, the crosswalk and the register. Pure."""

from collections.abc import Mapping
from typing import Any

from assess.validity.dossier.assembled import Dossier
from assess.validity.dossier.claims import RULES, Claim, Evidence, Figure, Record
from assess.validity.dossier.crosswalk import Answer, Crosswalk
from assess.validity.dossier.figures import placed
from assess.validity.dossier.front import answer as answer_of
from assess.validity.dossier.shown import address_of

FORMAT, VERSION = "assayer-dossier", 1


def document(dossier: Dossier) -> dict[str, Any]:
    """`dossier.json`; what the page says, with nothing shortened."""
    given = dossier.facts
    study: Mapping[str, Any] = {} if given.study is None else given.study.document
    return {
        "format": FORMAT,
        "version": VERSION,
        "on": given.on.isoformat(),
        "scheme": {
            "code": given.scheme.code,
            "version": given.scheme.version,
            "title": given.scheme.title,
            "record": _record(given.scheme.record),
            "sample": given.scheme.sample,
            "kind": given.scheme.declared.kind.code if given.scheme.declared else None,
        },
        "simulated": dossier.simulated,
        "answer": answer_of(dossier),
        "rules": list(RULES),
        "claims": [_claim(claim, study) for claim in dossier.claims],
        "due": [
            {"by": None if one.undated else one.by.isoformat(), "what": one.what, "why": one.why}
            for one in dossier.year.due
        ],
        "automation": {
            "learned_packages": list(dossier.register.learned_packages),
            "functions": [dict(one.__dict__) for one in dossier.register.functions],
        },
        "asked": [_answer(one) for one in dossier.asked],
        "crosswalk": [_crosswalk(one) for one in dossier.crosswalks],
        "ledger": None if given.ledger is None else dict(given.ledger.__dict__),
    }


def _claim(claim: Claim, study: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": claim.key,
        "title": claim.title,
        "statement": claim.statement,
        "warrant": claim.warrant,
        "verdict": str(claim.verdict),
        "simulated": claim.simulated,
        "weak_points": list(claim.weak_points),
        "remedies": list(claim.remedies),
        "evidence": [_evidence(piece, study) for piece in claim.evidence],
    }


def _evidence(piece: Evidence, study: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": piece.key,
        "sentence": piece.sentence,
        "bearing": str(piece.bearing),
        "rule": piece.rule,
        "needed": piece.needed,
        "figure": None if piece.figure is None else _figure(piece.figure, study),
        "records": [_record(record) for record in piece.records],
        "simulated": piece.simulated,
    }


def _figure(figure: Figure, study: Mapping[str, Any]) -> dict[str, Any]:
    """A figure with the places of the study's document that it comes from, and the rule by which."""
    rule, paths = (None, ()) if figure.exact is None else placed(figure.exact, study)
    stated = {name: getattr(figure, name) for name in ("value", "interval", "n", "method", "source")}
    return {**stated, "told": figure.told, "rule": rule, "paths": list(paths)}


def _record(record: Record) -> dict[str, Any]:
    return {"kind": record.kind, "id": record.id, "digest": record.digest, "where": address_of(record)}


def _crosswalk(one: Crosswalk) -> dict[str, Any]:
    return {
        "frame": one.frame.key,
        "edition": one.frame.edition,
        "seen": one.frame.seen,
        "leads": one.leads,
        "requirements": [_answer(answer) for answer in one.answers],
    }


def _answer(one: Answer) -> dict[str, Any]:
    return {
        "clause": one.requirement.clause,
        "asks": one.requirement.asks,
        "seen": one.requirement.seen,
        "presence": str(one.presence),
        "evidence": [{"name": pointer.name, "presence": str(pointer.presence)} for pointer in one.pointers],
    }
