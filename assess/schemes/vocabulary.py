"""The European Learning Model codes that our schemes use, as facts: code list, code, label.

Source: the controlled vocabularies of the European Learning Model repository, as noted in the project's domain study
on 22 November 2026. A code that is missing here may exist there; add it with its label once it has been looked up.
"""

from __future__ import annotations

import re

from rubrics.documents import Node

BASE = "http://data.europa.eu/snb/"

CODES: dict[str, dict[str, str]] = {
    "assessment": {
        "6a4db9f11d": "practical assessment",
        "6e6cb2cc78": "written examination",
        "de4d165a6c": "artefact assessment",
        "d30284d7df": "oral examination",
        "b1b68f6735": "quiz",
        "795dac4096": "project work",
        "4f03b91c0e": "portfolio assessment",
        "3484bd7e51": "continuous evaluation",
        "56539a6507": "group performance assessment",
        "2939dae15f": "marked assignment",
        "19a2e5e671": "peer assessment",
        "812e3b0ae1": "peer review",
        "7331eb4762": "attendance",
        "c4256a2726": "problem based assessment",
    },
    "learning-assessment": {
        "920fbb3cbe": "Online",
        "e92d221e4d": "Blended",
        "9191af2ed9": "Presential",
        "729f3bed4b": "Work-based",
        "ed4c557045": "Research-Lab based",
        "7813801c77": "Project based",
    },
    "learning-activity": {
        "3c8bd58d62": "lab / simulation / practice coursework",
        "bf2e3a7bae": "e-learning coursework",
        "b660f5dcea": "self-motivated study",
        "ff436ea7c9": "classroom coursework",
        "4357e0e681": "job experience",
        "d46a826a39": "apprenticeship",
        "efff75e10a": "workshop",
        "bf5588ff84": "internship",
    },
    "learning-setting": {"6fd4685715": "formal learning", "e207a81fc7": "non-formal learning"},
    "education-credit": {"6fcec5c5af": "European Credit Transfer System", "60b314e826": "ECVET"},
    "credential": {"e34929035b": "Generic"},
    "learning-opportunity": {"74a4a268e8": "Short learning programme"},
    "isced-f": {
        "0413": "Management and administration",
        "0713": "Electricity and energy",
        "0714": "Electronics and automation",
        "0732": "Building and civil engineering",
    },
}

# Seventeen goals; targets of a goal are numbered, its means of implementation lettered.
SDG_TARGET = re.compile(r"(?:1[0-7]|[1-9])\.(?:[1-9][0-9]?|[a-d])\Z")


def check_code(node: Node, code_list: str) -> None:
    """Report a `{uri, label}` that is not of this code list, or whose label is that of another code."""
    uri, label = node.value.get("uri"), node.value.get("label")
    known = CODES[code_list]
    code = uri.removeprefix(f"{BASE}{code_list}/") if isinstance(uri, str) else ""
    if code not in known:
        node.problem(
            "uri", f"is {uri!r}, not a known code of {code_list}; use one of {', '.join(sorted(known.values()))}."
        )
    elif label != known[code]:
        node.problem("label", f"is {label!r}, but the code means {known[code]!r}; correct the label or the code.")
