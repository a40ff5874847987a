"""What somebody asks of a study by files and options: checked for contradictions, then read."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assess.standard_setting.angoff import angoff
from assess.validity.datasets.arrays import Groups, Judgements, Ratings, Responses
from assess.validity.studies.judgement_tables import LEVELS, read_judgements
from assess.validity.studies.tables import TableError, read_groups, read_ratings, read_responses

FILES = ("responses", "ratings", "judgements")
BELONGS = {
    "id": ("responses",),
    "group": ("responses",),
    "focal": ("responses",),
    "maximum": ("responses", "judgements"),
    "person": ("ratings",),
    "rater": ("ratings",),
    "criteria": ("ratings",),
    "item": ("judgements",),
    "ignore": ("judgements",),
    "difficulty": ("judgements",),
    "scale": ("judgements",),
    "cut": ("responses", "ratings"),
    "cut_error": ("responses",),
}
NEEDED = {"ratings": ("person", "rater", "criteria"), "judgements": ("item",)}


@dataclass(frozen=True, kw_only=True)
class Given:
    """What was read.

    Attributes
    ----------
    cuts
        The cut of the responses: as asked for, or else the panel's, when it judged the same items.
    rating_cut
        The cut of the ratings, in per cent of the highest marks.
    """

    responses: Responses | None
    groups: Groups | None
    ratings: Ratings | None
    judgements: Judgements | None
    cuts: Mapping[str, tuple[float, float | None]]
    rating_cut: float | None
    sources: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Options of the command; the ones that name files are paths."""

    options: Mapping[str, Any]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Asked":
        """Check the options.

        Raises
        ------
        TableError
            `nothing_to_study`, `stray_option`, `missing_option`, `two_readings`.
        """
        asked = cls(options=options)
        if not asked.files:
            sentence = "There is nothing to study: say --responses FILE, --ratings FILE or --judgements FILE."
            raise TableError("nothing_to_study", sentence)
        for option, files in BELONGS.items():
            if options[option] is not None and all(options[file] is None for file in files):
                named = " or ".join(f"--{file} FILE" for file in files)
                raise TableError("stray_option", f"--{option.replace('_', '-')} describes {named}, and there is none.")
        for file, names in NEEDED.items():
            lacking = [f"--{name}" for name in names if not options[name]]
            if options[file] is not None and lacking:
                sentence = f"{options[file].name}: say which columns to read; {', '.join(lacking)} missing."
                raise TableError("missing_option", sentence)
        if options["focal"] is not None and options["group"] is None:
            raise TableError("missing_option", "--focal names one group of a column: say --group COLUMN as well.")
        if options["cut_error"] is not None and options["cut"] is None:
            raise TableError("missing_option", "--cut-error is the error of a cut: say --cut POINTS[%] as well.")
        cut = options["cut"]
        if cut is not None and not cut[1] and options["responses"] is not None and options["ratings"] is not None:
            sentence = "--cut in points could be points of the responses or of the ratings; say it in per cent."
            raise TableError("two_readings", sentence)
        return asked

    @property
    def files(self) -> tuple[Path, ...]:
        """The files asked for."""
        return tuple(self.options[file] for file in FILES if self.options[file] is not None)

    def read(self) -> Given:
        """Read every file.

        Raises
        ------
        TableError
            As the readers; `beyond_the_maximum` for a cut above the maximum.
        """
        options = self.options
        responses = groups = ratings = judgements = None
        if options["responses"] is not None:
            maximum = options["maximum"]
            out = () if options["group"] is None else (options["group"],)
            responses = read_responses(options["responses"], identifier=options["id"], maximum=maximum, leave_out=out)
            if options["group"] is not None:
                groups = read_groups(options["responses"], column=options["group"], focal=options["focal"])
        if options["ratings"] is not None:
            ratings = read_ratings(
                options["ratings"],
                person=options["person"],
                rater=options["rater"],
                criteria=_names(options["criteria"]),
            )
        if options["judgements"] is not None:
            judgements = read_judgements(
                options["judgements"],
                item=options["item"],
                ignore=_names(options["ignore"] or ""),
                difficulty=options["difficulty"],
                scale=options["scale"],
                maximum=options["maximum"],
                responses=responses,
            )
        return Given(
            responses=responses,
            groups=groups,
            ratings=ratings,
            judgements=judgements,
            cuts={} if responses is None else self._cuts(responses, judgements),
            rating_cut=None if ratings is None else self._rating_cut(ratings),
            sources=tuple(
                {"name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()} for file in self.files
            ),
        )

    def _cuts(self, responses: Responses, judgements: Judgements | None) -> dict[str, tuple[float, float | None]]:
        highest = float(responses.maxima.sum())
        cut = self.options["cut"]
        if cut is not None:
            error = self.options["cut_error"]
            value = _percent(cut, highest, "--cut")
            return {responses.part: (value, None if error is None else _percent(error, highest, "--cut-error"))}
        if judgements is None or judgements.scale == LEVELS or set(judgements.items) != set(responses.items):
            return {}
        panel = angoff(
            judgements.matrix,
            kind="yes/no" if judgements.scale == "yes/no" else "probability",
            points=judgements.points,
            judges=judgements.judges,
            items=judgements.items,
        )
        found = panel.cut_share
        if found.value is None or found.standard_error is None:
            return {}
        return {responses.part: (100 * found.value, 100 * found.standard_error)}

    def _rating_cut(self, ratings: Ratings) -> float | None:
        cut = self.options["cut"]
        if cut is None:
            return None
        highest = float(np.nanmax(ratings.values)) if np.isfinite(ratings.values).any() else 1.0
        return _percent(cut, highest * len(set(ratings.criteria)), "--cut")


def _percent(given: tuple[float, bool], highest: float, option: str) -> float:
    value, in_percent = given
    if in_percent:
        return value
    if value > highest:
        raise TableError(
            "beyond_the_maximum", f"{option}: {value:g} points, but the maximum is {highest:g}; correct it."
        )
    return 100 * value / highest


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
