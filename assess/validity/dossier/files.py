"""The files a dossier is handed over as: a page, the same on paper, and two for machines. Pure."""

import hashlib
import json
from collections.abc import Callable, Mapping

from assess.validity.dossier.assembled import Dossier
from assess.validity.dossier.document import document
from assess.validity.dossier.page import dossier_html
from assess.validity.dossier.trail import jsonl
from assess.validity.report.typeset import report_pdf

Made = Callable[[Dossier], bytes]


def _html(dossier: Dossier) -> str:
    """The page names the digest of the file for machines, so that paper vouches for it."""
    return dossier_html(dossier, digest=hashlib.sha256(_json(dossier)).hexdigest())


def _page(dossier: Dossier) -> bytes:
    return _html(dossier).encode()


def _paper(dossier: Dossier) -> bytes:
    return report_pdf(_html(dossier))


def _json(dossier: Dossier) -> bytes:
    return json.dumps(document(dossier), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _trail(dossier: Dossier) -> bytes:
    given = dossier.facts
    lines = jsonl(dossier.trail, scheme=f"{given.scheme.code} {given.scheme.version}", on=given.on.isoformat())
    return "".join(lines).encode()


FILES: Mapping[str, Made] = {
    "dossier.html": _page,
    "dossier.pdf": _paper,
    "dossier.json": _json,
    "evidence.jsonl": _trail,
}
"""Name → how it is made."""
