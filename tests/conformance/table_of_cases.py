"""The page of all comparisons: written from a session of the conformance tests, and held to be what they compare.

`ASSAYER_CASES=docs/reference/psychometric-cases.md manage.py test tests/conformance/test_psychometrics_*.py -m conformance
-n 0` writes it anew. Three kinds of table stand between marks: each stored case with its count of numbers; the numbers that
nothing is compared with, and why; and for each test file the comparisons that it makes.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.conformance.not_compared import NO_ANSWERS, NOT_COMPARED
from tests.conformance.stored_cases import Comparison

PREFIX = "test_psychometrics_"
CASE_HEAD = "| Case | What | By | Numbers stored | Compared | Left out |\n|---|---|---|--:|--:|--:|\n"
LEFT_OUT_HEAD = "| Case | Stored as | Numbers | Why |\n|---|---|--:|---|\n"
ROW_HEAD = "| Case | Quantity | Values | Reference | Ours | Difference | Allowed |\n|---|---|--:|--:|--:|--:|--:|\n"


def stored_cases(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def numbers(node: Any, place: str = "") -> Iterator[tuple[str, float]]:
    """Every finite number below a node of a stored answer, with its place: keys, and names of a matrix's rows and columns.

    >>> list(numbers({"total": {"alpha": 0.5}, "se": [1, 2], "ok": True}))
    [('total.alpha', 0.5), ('se', 1.0), ('se', 2.0)]
    >>> list(numbers({"m": {"rows": None, "cols": ["a", "b"], "values": [[1, 2], [3, "NA"]]}}))
    [('m.a', 1.0), ('m.b', 2.0), ('m.a', 3.0)]
    """
    match node:
        case bool() | str() | None:
            return
        case int() | float():
            if math.isfinite(node):
                yield place, float(node)
        case {"rows": rows, "cols": columns, "values": values}:
            for number, row in enumerate(values):
                for column, value in enumerate(row):
                    names = [of[at] for of, at in ((rows, number), (columns, column)) if isinstance(of, list)]
                    yield from numbers(value, _below(place, *names))
        case dict():
            for key, value in node.items():
                yield from numbers(value, _below(place, key))
        case list():
            for value in node:
                yield from numbers(value, place)


def _below(place: str, *names: str) -> str:
    return ".".join(filter(None, [place, *(str(name) for name in names)]))


def page_with(page: str, made: Iterable[Comparison], stored: dict[str, dict[str, Any]]) -> str:
    """The page with every table between its marks written anew."""
    made = list(made)
    cases, left_out = _coverage(made, stored)
    page = _between(page, "cases", CASE_HEAD + cases)
    page = _between(page, "not compared", LEFT_OUT_HEAD + left_out)
    for module in sorted({one.module for one in made}):
        rows = sorted((one for one in made if one.module == module), key=lambda one: (one.case, one.quantity))
        page = _between(page, f"comparisons: {module}", ROW_HEAD + "".join(map(_row, rows)))
    return page


def _row(one: Comparison) -> str:
    return (
        f"| {one.case} | {one.quantity} | {len(one.stored)} | {one.reference:.10g} | {one.ours:.10g} "
        f"| {one.difference:.1e} | {one.allowed:.1e} |\n"
    )


def _coverage(made: list[Comparison], stored: dict[str, dict[str, Any]]) -> tuple[str, str]:
    cases, left_out = [], []
    for case, document in stored.items():
        compared = {number for one in made if one.case == case for number in one.stored}
        found = list(numbers(document["output"]))
        groups: dict[tuple[str, str], int] = {}
        for place, number in found:
            reason = _reason(case, place)
            if number not in compared or reason[1] in NO_ANSWERS:
                groups[reason] = groups.get(reason, 0) + 1
        missing = sum(groups.values())
        cases.append(
            f"| {case} | {document['title'].replace('|', '/')} | {program(document)} | {len(found)} "
            f"| {len(found) - missing} | {missing} |\n"
        )
        left_out += [f"| {case} | `{place}` | {count} | {why} |\n" for (place, why), count in groups.items()]
    return "".join(cases), "".join(left_out)


def _reason(case: str, place: str) -> tuple[str, str]:
    """The pattern that the place falls under, and why nothing is compared there; "?" when nobody said why."""
    patterns = [*NOT_COMPARED.get(case, {}).items(), *NOT_COMPARED["*"].items()]
    return next(((pattern, why) for pattern, why in patterns if fnmatchcase(place, pattern)), (place, "?"))


def program(document: dict[str, Any]) -> str:
    packages = document["packages"]
    named = packages.items() if isinstance(packages, dict) else [(packages, "")]
    return ", ".join(f"{name} {version}".strip() for name, version in named)


def _between(page: str, mark: str, table: str) -> str:
    start, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    if page.count(start) != 1 or page.count(end) != 1:
        raise ValueError(f"the page needs the marks {start.strip()} and {end} once, around the table that goes there")
    before, rest = page.split(start)
    return before + start + table + end + rest.split(end)[1]


def comparison_marks(page: str) -> list[str]:
    return re.findall(r"<!-- comparisons: (\w+) -->", page)


def table_in(page: str, mark: str) -> list[list[str]]:
    """The cells of a table between its marks, without the head."""
    body = re.search(rf"<!-- {re.escape(mark)} -->\n(.*?)<!-- end of {re.escape(mark)} -->", page, re.DOTALL)
    lines = body[1].splitlines()[2:] if body else []
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def out_of_date(page: str, module: str, made: list[Comparison], *, whole: bool) -> str:
    """What a test file compares and the page does not say, or (when the whole file ran) the reverse; empty when they agree."""
    said = {(row[0], row[1], int(row[2])) for row in table_in(page, f"comparisons: {module}")}
    done = {(one.case, one.quantity, len(one.stored)) for one in made}
    wrong = [f"{case}, {quantity}: not in the page" for case, quantity, _ in sorted(done - said)]
    if whole:
        wrong += [f"{case}, {quantity}: no longer compared" for case, quantity, _ in sorted(said - done)]
    return "; ".join(wrong)
