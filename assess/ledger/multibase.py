"""Multibase text forms of bytes (base58btc `z…`, base64url `u…`) as W3C Controlled Identifiers writes them.

Both decoders accept exactly one spelling of every value, so a changed character never passes unnoticed.
"""

import base64
import binascii

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT = {letter: value for value, letter in enumerate(_ALPHABET)}


class MultibaseError(ValueError):
    """Text that is not the multibase form asked for; the message is a sentence."""


def base58_encode(data: bytes) -> str:
    """Base58btc with its multibase prefix `z`.

    >>> base58_encode(b"Hello World!")
    'z2NEpo7TZRRrLZSi2U'
    """
    number = int.from_bytes(data, "big")
    letters: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        letters.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters))


def base58_decode(text: str) -> bytes:
    """Bytes of a `z…` text of at most 128 characters: longer than any key or signature written this way.

    Raises
    ------
    MultibaseError
        When the prefix is missing, a letter is not of the alphabet, or the text is too long.

    >>> base58_decode("z2NEpo7TZRRrLZSi2U")
    b'Hello World!'
    """
    if not text.startswith("z"):
        raise MultibaseError("A base58 value starts with the letter z.")
    if len(text) > 128:
        raise MultibaseError(f"A base58 value has at most 128 characters; this one has {len(text)}.")
    number = 0
    for letter in text[1:]:
        if letter not in _DIGIT:
            raise MultibaseError(f"{letter!r} is not a letter of the base58 alphabet.")
        number = number * 58 + _DIGIT[letter]
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url_encode(data: bytes) -> str:
    """Base64url without padding, with its multibase prefix `u`.

    >>> base64url_encode(b"\\xff\\xfe")
    'u__4'
    """
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """Bytes of a `u…` text.

    Raises
    ------
    MultibaseError
        When the prefix is missing, padding is present or the text is not canonical base64url.

    >>> base64url_decode("u__4")
    b'\\xff\\xfe'
    """
    if not text.startswith("u"):
        raise MultibaseError("A base64url value starts with the letter u.")
    try:
        data = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MultibaseError("The value is not base64url without padding.") from error
    if base64url_encode(data) != text:
        raise MultibaseError("The value is not the canonical base64url spelling of its bytes.")
    return data
