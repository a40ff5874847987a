"""Data Integrity proofs with the cryptosuite `eddsa-jcs-2022` (W3C VC Data Integrity EdDSA Cryptosuites 1.0, 3.3).

What is signed: SHA-256(canonical proof options) ‖ SHA-256(canonical document without proof), with Ed25519. The
canonical form covers every byte of meaning in the document, terms unknown to any context included, so nothing can
be added or dropped unsigned.

The verifier is strict: one proof, every member known, one spelling of each value. A proof that is merely unusual is
refused with the reason, because this module judges our own credentials and those look one way.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import rfc8785

from assess.ledger.canonical import CanonicalError, canonical
from assess.ledger.instants import read_instant, write_instant
from assess.ledger.keys import KeyFileError, PublicKey, SigningKey
from assess.ledger.multibase import MultibaseError, base58_decode, base58_encode

CRYPTOSUITE = "eddsa-jcs-2022"

_MEMBERS = ("type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "@context", "proofValue")


class ProofError(ValueError):
    """A proof that does not hold. `code` is stable; the text is a sentence for the person who checks."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class ProvenBy:
    """Whose proof it is: the key, and the moment its owner says it was made."""

    key: PublicKey
    created: datetime


def sign(document: Mapping[str, object], *, key: SigningKey, created: datetime) -> dict[str, object]:
    """The document with an assertion proof added as its last member.

    Parameters
    ----------
    document
        A JSON object without `proof`, with an `@context`.
    key
        Its `did:key` names the verification method.
    created
        Aware; written in UTC, whole seconds.

    Raises
    ------
    ProofError
        Code `already_signed`, `no_context`, `naive_time` or `not_json`.
    """
    if "proof" in document:
        raise ProofError("already_signed", "The document already carries a proof; sign it without.")
    if "@context" not in document:
        raise ProofError("no_context", "The document names no @context; a credential needs one.")
    if created.tzinfo is None:
        raise ProofError("naive_time", "The time of signing needs a time zone.")
    options: dict[str, object] = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": write_instant(created),
        "verificationMethod": key.public.verification_method,
        "proofPurpose": "assertionMethod",
        "@context": document["@context"],
    }
    signature = key.sign(signing_input(options=options, document=document))
    return {**document, "proof": {**options, "proofValue": base58_encode(signature)}}


def signing_input(*, options: Mapping[str, object], document: Mapping[str, object]) -> bytes:
    """The 64 bytes that are signed: SHA-256 of the canonical proof options, then of the canonical document.

    Raises
    ------
    ProofError
        Code `not_json` when either holds something JSON cannot.
    """
    return hashlib.sha256(jcs(options)).digest() + hashlib.sha256(jcs(document)).digest()


def jcs(value: object) -> bytes:
    """The canonical bytes (RFC 8785) that are hashed, for any JSON document.

    Also the form in which a credential file is best published: without white space, no byte of it can be changed
    without changing the document.

    Raises
    ------
    ProofError
        Code `not_json` when the value has no canonical form.

    >>> jcs({"credits": 2.5, "a": []})
    b'{"a":[],"credits":2.5}'
    """
    # Half an ECTS credit is a JSON number with a fraction, which our own records never hold: the general encoder
    # takes what the fast one refuses.
    try:
        return canonical(value)
    except CanonicalError:
        pass
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise ProofError("not_json", f"The document has no canonical JSON form: {error}") from error


def verify(document: Mapping[str, object]) -> ProvenBy:
    """Check the document's one proof and say whose it is. Whether that issuer may be trusted is another question.

    Raises
    ------
    ProofError
        Code `no_proof`, `proof_shape`, `suite`, `purpose`, `created`, `context`, `key`, `proof_value`, `not_json` or
        `signature`.
    """
    proof = document.get("proof")
    if proof is None:
        raise ProofError("no_proof", "The document carries no proof: nobody has signed it.")
    if not isinstance(proof, dict):
        raise ProofError("proof_shape", "The proof must be a single object.")
    if set(proof) != set(_MEMBERS):
        odd = ", ".join(sorted(repr(name) for name in set(proof) ^ set(_MEMBERS)))
        raise ProofError("proof_shape", f"The proof has missing or unknown members: {odd}.")
    _text_is(proof, "type", "DataIntegrityProof", "suite")
    _text_is(proof, "cryptosuite", CRYPTOSUITE, "suite")
    _text_is(proof, "proofPurpose", "assertionMethod", "purpose")
    created = _created(proof["created"])
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    if "@context" not in unsigned or jcs(unsigned["@context"]) != jcs(options["@context"]):
        raise ProofError("context", "The contexts of the proof and of the document differ.")
    key = _key(proof["verificationMethod"])
    if not key.verifies(_signature(proof["proofValue"]), signing_input(options=options, document=unsigned)):
        raise ProofError("signature", "The signature does not match: the document was changed after it was signed.")
    return ProvenBy(key=key, created=created)


def _text_is(proof: Mapping[str, object], name: str, wanted: str, code: str) -> None:
    if proof[name] != wanted:
        raise ProofError(code, f"The proof's {name} is {str(proof[name])[:60]!r}; only {wanted!r} is accepted.")


def _created(value: object) -> datetime:
    try:
        return read_instant(value)
    except ValueError as error:
        raise ProofError("created", f"The proof's time of creation cannot be read. {error}") from error


def _key(method: object) -> PublicKey:
    did, _, fragment = method.partition("#") if isinstance(method, str) else ("", "", "")
    try:
        key = PublicKey.from_did(did)
    except KeyFileError as error:
        raise ProofError(
            "key", f"The proof's verification method names no key that can be read here. {error}"
        ) from error
    if fragment != key.multibase:
        raise ProofError("key", "The proof's verification method names two different keys.")
    return key


def _signature(value: object) -> bytes:
    try:
        signature = base58_decode(value) if isinstance(value, str) else b""
    except MultibaseError as error:
        raise ProofError("proof_value", f"The proof value cannot be read: {error}") from error
    if len(signature) != 64:
        raise ProofError("proof_value", "The proof value is not a signature of 64 bytes.")
    return signature
