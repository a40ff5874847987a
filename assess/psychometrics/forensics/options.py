"""What each person chose, and how likely the model finds every choice."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.abilities import calibrated_answers, estimate
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import FloatArray, ResponseError, as_categories


@dataclass(frozen=True, eq=False)
class Options:
    """Choices of the calibrated items.

    Attributes
    ----------
    scored
        persons × all items as the calibration knows them; NaN = missing.
    chosen
        persons × calibrated items: the category (or, with choices given, the option); −1 = missing.
    theta
        EAP ability of each person; NaN for somebody without an answer.
    share
        Only with choices: items × options, the share of each option among wrong answers; 0 for the right one.
    key
        Only with choices: the right option of each calibrated item.
    """

    calibration: Calibration
    scored: FloatArray
    chosen: IntArray
    theta: FloatArray
    share: FloatArray | None
    key: IntArray | None

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """persons × calibrated items: the highest category, or the right option."""
        assert self.calibration.fitted is not None
        best = self.calibration.fitted.categories - 1 if self.key is None else self.key
        return np.asarray(self.chosen == best)

    def probability(self, theta: FloatArray) -> FloatArray:
        """Of every option at every ability: persons × items × options.

        With choices: the right option has the model's P, each wrong one its share of 1 − P, whatever the ability.
        """
        assert self.calibration.fitted is not None
        found = np.exp(self.calibration.fitted.at(theta)).transpose(2, 0, 1)
        if self.share is None or self.key is None:
            return np.asarray(found)
        options = found[:, :, 0, None] * self.share
        items = np.arange(len(self.key))
        options[:, items, self.key] = found[:, :, 1]
        return options

    def redrawn(self, theta: FloatArray, like: IntArray, rng: np.random.Generator) -> "Options":
        """Honest persons of these abilities with the missing answers of the persons `like`, measured anew."""
        chance = np.cumsum(self.probability(theta), axis=2)
        chosen = (rng.random(chance.shape[:2])[:, :, None] > chance[:, :, :-1]).sum(axis=2)
        return self.with_choices(np.where(self.chosen[like] >= 0, chosen, -1))

    def with_choices(self, chosen: IntArray) -> "Options":
        """Other persons' choices under the same model, scored and measured."""
        calibration = self.calibration
        scored = np.full((len(chosen), len(calibration.names)), np.nan)
        for place, j in enumerate(calibration.kept):
            used = calibration.used[j]
            points = used[np.maximum(chosen[:, place], 0)] if self.key is None else chosen[:, place] == self.key[place]
            scored[:, j] = np.where(chosen[:, place] >= 0, points, np.nan)
        theta = estimate(scored, calibration, "EAP").theta
        return replace(self, scored=scored, chosen=chosen, theta=theta)


def read(responses: npt.ArrayLike, calibration: Calibration, choices: npt.ArrayLike | None = None) -> Options:
    """Check and read answers.

    Parameters
    ----------
    responses
        persons × items, categories from 0; NaN = missing.
    choices
        persons × items: the option each person chose, 0, 1, …; the right one is seen from the responses.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`; `not_choices` when the choices have another shape, are
        missing where there is a response, or two options of an item were both scored right; `not_right_or_wrong` when
        there are choices and items with more than two categories.
    """
    answers = calibrated_answers(responses, calibration).astype(np.int64)
    scored = as_categories(responses)
    theta = estimate(scored, calibration, "EAP").theta
    if choices is None:
        return Options(calibration, scored, answers, theta, None, None)
    assert calibration.fitted is not None
    if (calibration.fitted.categories != 2).any():
        raise ResponseError("not_right_or_wrong", "choices are read for right-or-wrong items only; leave them out")
    given = as_categories(choices, name="choices")
    if given.shape != scored.shape:
        sentence = f"choices have shape {given.shape}, responses {scored.shape}; one choice for each response is needed"
        raise ResponseError("not_choices", sentence)
    kept = calibration.kept
    given = given[:, kept]
    lost = np.argwhere((answers >= 0) & ~np.isfinite(given))
    if len(lost):
        person, place = lost[0]
        sentence = f"person {person}, {calibration.names[kept[place]]}: a response without a choice"
        raise ResponseError("not_choices", sentence)
    chosen = np.where((answers >= 0) & np.isfinite(given), given, -1).astype(np.int64)
    return _with_shares(calibration, scored, answers, chosen, theta)


def _with_shares(
    calibration: Calibration, scored: FloatArray, answers: IntArray, chosen: IntArray, theta: FloatArray
) -> Options:
    options = int(chosen.max(initial=0)) + 1
    right = np.stack([((chosen == k) & (answers == 1)).sum(axis=0) for k in range(options)], axis=1)
    wrong = np.stack([((chosen == k) & (answers == 0)).sum(axis=0) for k in range(options)], axis=1)
    twice = (right > 0).sum(axis=1) > 1
    both = ((right > 0) & (wrong > 0)).any(axis=1)
    for which, what in ((twice, "two options were scored right"), (both, "one option was scored right and wrong")):
        if which.any():
            name = calibration.names[calibration.kept[int(which.argmax())]]
            raise ResponseError("not_choices", f"{name}: {what}; an item has one right option")
    key = right.argmax(axis=1)
    # half a person more for every wrong option that occurs at all, so that none has a share of exactly 0 or 1
    counted = np.where(wrong > 0, wrong + 0.5, 0.0)
    share = counted / np.maximum(counted.sum(axis=1, keepdims=True), 1e-300)
    return Options(calibration, scored, chosen, theta, share, key)
