"""Item-writing flaws: what a careful editor would send back. A finding is advice with a remedy; only `structure` keeps an item out.

The flaws that let test-wise candidates guess are those of Haladyna, Downing and Rodriguez (2002), Applied Measurement in
Education 15(3), 309–334.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from item_bank.formula import FormulaError, evaluate, names
from item_bank.qti.content import (
    Hotspot,
    ItemContent,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortText,
    SingleChoice,
)
from item_bank.qti.validate import problems

# A key this much longer (shorter) than every distractor stands out at a glance.
OUTSTANDING = Decimal("1.3")
COUNT_WORDS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
PLACE_WORDS = {"one": 1, "two": 2, "three": 3}
LEAST_FOR_PATTERN = 20


@dataclass(frozen=True, kw_only=True)
class Finding:
    item: str
    code: str
    sentence: str
    remedy: str


def lint_item(content: ItemContent) -> tuple[Finding, ...]:
    """All findings about one item, structural ones first."""
    return tuple(
        Finding(item=content.identifier, code=code, sentence=sentence, remedy=remedy)
        for code, sentence, remedy in _all(content)
    )


def lint_bank(contents: Sequence[ItemContent]) -> tuple[Finding, ...]:
    """Findings about each item, and about patterns that only show over many: where the key stands, how long it is."""
    single = [one for one in contents if isinstance(one, SingleChoice)]
    return (
        *(finding for one in contents for finding in lint_item(one)),
        *_position_pattern(single),
        *_length_pattern(single),
    )


_Flaw = tuple[str, str, str]


def _all(content: ItemContent) -> Iterator[_Flaw]:
    for problem in problems(content):
        yield "structure", f"{problem.place} is unsound.", problem.sentence
    yield from _twins(content)
    if re.search(r"\b[Ww]hich\b[^.?]*\b(not|except)\b[^.]*\?", content.stem):
        yield "negative_stem", "The question asks for what is not so.", "Ask for what is so, or write NOT in capitals."
    match content:
        case SingleChoice():
            yield from _key_stands_out(content)
            yield from _catch_all(content)
        case MultipleResponse():
            yield from _count_word(content)
            yield from _catch_all(content)
        case Numeric():
            yield from _recomputed(content)
            yield from _errors_inside(content)
            yield from _places_told(content)
        case Ordering():
            if tuple(one.id for one in content.elements) == content.key:
                yield "shown_in_key_order", "The steps are listed in key order.", "List them in another order."
        case Matching():
            if len(content.right) <= len(content.left):
                yield (
                    "no_spare",
                    "The last pair is found by elimination.",
                    "Add an element on the right that fits nothing.",
                )
        case Hotspot():
            yield from _overlaps(content)
        case ShortText():
            yield from _words_told(content)


def _texts(content: ItemContent) -> dict[str, list[str]]:
    match content:
        case SingleChoice() | MultipleResponse():
            return {"options": [one.text for one in content.options]}
        case Ordering():
            return {"elements": [one.text for one in content.elements]}
        case Matching():
            return {"left": [one.text for one in content.left], "right": [one.text for one in content.right]}
        case Hotspot():
            return {"regions": [one.label for one in content.regions]}
        case Numeric() | ShortText():
            return {}


def _twins(content: ItemContent) -> Iterator[_Flaw]:
    for place, texts in _texts(content).items():
        counted = Counter(" ".join(text.casefold().split()).rstrip(".") for text in texts)
        for text, times in counted.items():
            if times > 1:
                yield "twins", f"{place} holds '{text}' {times} times.", "Keep one and write another."


def _key_stands_out(content: SingleChoice) -> Iterator[_Flaw]:
    key = [len(one.text) for one in content.options if one.correct]
    others = [len(one.text) for one in content.options if not one.correct]
    if len(key) != 1 or not others:
        return
    if key[0] > OUTSTANDING * max(others):
        yield (
            "key_longest",
            "The key is clearly the longest option.",
            "Shorten it, or give a distractor the same detail.",
        )
    if key[0] * OUTSTANDING < min(others):
        yield (
            "key_shortest",
            "The key is clearly the shortest option.",
            "Shorten a distractor, or give the key more detail.",
        )


def _catch_all(content: SingleChoice | MultipleResponse) -> Iterator[_Flaw]:
    for one in content.options:
        if re.search(r"\b(all|none|both) of (the above|these|them)\b", one.text, re.IGNORECASE):
            yield "catch_all", f"Option {one.id} points at the other options.", "Write an option that stands alone."


def _count_word(content: MultipleResponse) -> Iterator[_Flaw]:
    correct = sum(one.correct for one in content.options)
    told = [COUNT_WORDS[word] for word in re.findall(r"\b[A-Z]+\b", content.stem) if word in COUNT_WORDS]
    if not told:
        yield (
            "count_untold",
            "The stem does not say how many to choose.",
            "Write the number as a word in capitals, such as TWO.",
        )
    elif told != [correct]:
        yield (
            "count_wrong",
            f"The stem asks for {told[0]} and the key has {correct}.",
            "Make the word and the key agree.",
        )


def _recomputed(content: Numeric) -> Iterator[_Flaw]:
    if not content.formula:
        yield "formula_missing", "The key can't be worked out again.", "Give the formula and its inputs."
        return
    try:
        exact = evaluate(content.formula, dict(content.inputs))
    except FormulaError as error:
        yield "formula_broken", str(error), "Correct the formula or its inputs."
        return
    half_a_place = Decimal(1).scaleb(-content.decimals_shown) / 2
    if abs(exact - content.key) > half_a_place:
        yield (
            "key_differs",
            f"The formula gives {exact:.6g} and the key is {content.key}.",
            "Correct the key or the formula.",
        )
    if abs(exact - content.key) > content.tolerance:
        yield "exact_refused", f"The unrounded answer {exact:.6g} is outside the tolerance.", "Widen the tolerance."
    unused = sorted({name for name, _ in content.inputs} - names(content.formula))
    if unused:
        yield "input_unused", f"The input '{unused[0]}' is not in the formula.", "Remove it, or use it."


def _errors_inside(content: Numeric) -> Iterator[_Flaw]:
    for one in content.common_errors:
        if abs(one.value - content.key) <= content.tolerance:
            yield (
                "error_accepted",
                f"The common error {one.value} is inside the tolerance.",
                "Narrow it, or change the inputs.",
            )


def _places_told(content: Numeric) -> Iterator[_Flaw]:
    told = re.search(r"\b(\w+) decimal places?\b", content.stem)
    places = PLACE_WORDS.get(told.group(1)) if told else None
    if "nearest whole number" in content.stem:
        places = 0
    if places is not None and places != content.decimals_shown:
        yield (
            "places_differ",
            f"The stem asks for {places} decimal places and decimals_shown is {content.decimals_shown}.",
            "Make the two agree.",
        )


def _words_told(content: ShortText) -> Iterator[_Flaw]:
    told = re.search(r"\b(\d+) words\b", content.stem)
    if told is None:
        yield "limit_untold", "The stem does not say how long the answer may be.", "Name the word limit in the stem."
    elif int(told.group(1)) != content.max_words:
        yield (
            "limit_differs",
            f"The stem allows {told.group(1)} words and max_words {content.max_words}.",
            "Make them agree.",
        )


def _overlaps(content: Hotspot) -> Iterator[_Flaw]:
    for i, one in enumerate(content.regions):
        for other in content.regions[:i]:
            apart = (
                one.x + one.w <= other.x
                or other.x + other.w <= one.x
                or one.y + one.h <= other.y
                or other.y + other.h <= one.y
            )
            if not apart:
                yield "overlap", f"The regions '{other.label}' and '{one.label}' overlap.", "Draw them apart."


def _position_pattern(contents: Sequence[SingleChoice]) -> Iterator[Finding]:
    # Items whose options are shuffled show no position.
    fixed = [one for one in contents if not one.shuffle]
    places = Counter(i for one in fixed for i, option in enumerate(one.options) if option.correct)
    yield from _pattern(
        code="key_position",
        what="the key stands in place {}",
        counts=((place + 1, times, len(fixed)) for place, times in places.items()),
        chance=sum(1 / len(one.options) for one in fixed) / len(fixed) if fixed else 0,
        remedy="Set shuffle, or move keys to other places.",
    )


def _length_pattern(contents: Sequence[SingleChoice]) -> Iterator[Finding]:
    longest = sum(_is_extreme(one, 1) for one in contents)
    shortest = sum(_is_extreme(one, -1) for one in contents)
    yield from _pattern(
        code="key_length",
        what="the key is the {} option",
        counts=(("longest", longest, len(contents)), ("shortest", shortest, len(contents))),
        chance=sum(1 / len(one.options) for one in contents) / len(contents) if contents else 0,
        remedy="Even out the lengths of keys and distractors.",
    )


def _is_extreme(content: SingleChoice, sign: int) -> bool:
    key = [sign * len(one.text) for one in content.options if one.correct]
    return all(key[0] > sign * len(one.text) for one in content.options if not one.correct)


def _pattern(
    *, code: str, what: str, counts: Iterable[tuple[object, int, int]], chance: float, remedy: str
) -> Iterator[Finding]:
    """Findings where a count exceeds chance by more than three binomial standard deviations."""
    for name, times, total in counts:
        if total >= LEAST_FOR_PATTERN and times > total * chance + 3 * (total * chance * (1 - chance)) ** 0.5:
            yield Finding(
                item="(bank)",
                code=code,
                sentence=f"In {times} of {total} items {what.format(name)}; chance would give about {total * chance:.0f}.",
                remedy=remedy,
            )
