"""Margins of first and second order: what the model expects of them, how they vary, how they move with the parameters."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np

from assess.psychometrics.irt.families import IntArray, by_ability, curves
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.models import Model
from assess.psychometrics.irt.table import SmallIntegers
from assess.psychometrics.responses import FloatArray

Kind = Literal["M2", "C2", "M2*"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemFunctions:
    """Functions of single item scores: indicators of the categories above 0, or the score itself.

    Attributes
    ----------
    item
        Which item each is a function of; those of one item stand together.
    values
        functions × categories.
    """

    item: IntArray
    values: FloatArray

    @classmethod
    def indicators(cls, categories: IntArray) -> "ItemFunctions":
        """[x = k] for k = 1, 2, … of every item."""
        item = np.repeat(np.arange(len(categories)), categories - 1)
        first = np.cumsum(categories - 1) - (categories - 1)
        values = np.zeros((len(item), int(categories.max())))
        values[np.arange(len(item)), np.arange(len(item)) - first[item] + 1] = 1.0
        return cls(item=item, values=values)

    @classmethod
    def scores(cls, categories: IntArray) -> "ItemFunctions":
        """x of every item."""
        highest = int(categories.max())
        return cls(
            item=np.arange(len(categories)), values=np.tile(np.arange(highest, dtype=float), (len(categories), 1))
        )

    def mean(self, probability: FloatArray) -> FloatArray:
        """Expectation at each ability, functions × abilities."""
        return np.asarray(np.matmul(self.values[:, None, :], probability[self.item])[:, 0])

    def of(self, categories: SmallIntegers) -> FloatArray:
        """Their values for each person, persons × functions."""
        return self.values[np.arange(len(self.item)), categories[:, self.item]]


class Margins:
    """All functions of one item, and the products of functions of two items.

    "M2": indicators and their products; "M2*": scores and their products; "C2": indicators, and products of scores.
    """

    def __init__(self, fitted: Fitted, kind: Kind) -> None:
        self.fitted = fitted
        indicators, scores = ItemFunctions.indicators(fitted.categories), ItemFunctions.scores(fitted.categories)
        self.single: ItemFunctions = scores if kind == "M2*" else indicators
        self.paired: ItemFunctions = indicators if kind == "M2" else scores
        one, other = np.triu_indices(len(self.paired.item), 1)
        apart = self.paired.item[one] != self.paired.item[other]
        # the two functions of each product
        self.one: IntArray = one[apart]
        self.other: IntArray = other[apart]
        grid, self.theta = fitted.grid()
        self.weight: FloatArray = np.exp(grid.log_weight)

    @property
    def size(self) -> int:
        """How many margins there are."""
        return len(self.single.item) + len(self.one)

    @cached_property
    def probability(self) -> FloatArray:
        """items × categories × nodes."""
        return np.exp(self.fitted.at(self.theta))

    @cached_property
    def paired_mean(self) -> FloatArray:
        """Expectation of the functions that are multiplied, functions × nodes."""
        return self.paired.mean(self.probability)

    @cached_property
    def conditional(self) -> FloatArray:
        """Expectation of each margin at each ability, margins × nodes: answers are independent given the ability."""
        products = self.paired_mean[self.one] * self.paired_mean[self.other]
        return np.vstack([self.single.mean(self.probability), products])

    @property
    def expected(self) -> FloatArray:
        """Expectation of each margin in the population."""
        return np.asarray(self.conditional @ self.weight)

    def observed(self, categories: SmallIntegers) -> FloatArray:
        """Mean of each margin over persons who answered everything."""
        paired = self.paired.of(categories)
        products = paired.T @ paired / len(categories)
        return np.concatenate([self.single.of(categories).mean(axis=0), products[self.one, self.other]])

    @cached_property
    def covariance(self) -> FloatArray:
        """Covariance of the margins of one person, margins × margins.

        The covariance of the conditional expectations, plus the expected conditional covariance, which is 0 for margins
        without a common item. For a common item i and functions f, g of it: Cov(f·r, g·s | θ) = Cov(f, g | θ)·r·s with
        r, s the other items' expectations; where both items are common, the product of both covariances comes on top.
        """
        weighted = self.conditional * self.weight
        expected = self.expected
        total = weighted @ self.conditional.T - np.outer(expected, expected)
        for item in range(len(self.fitted.categories)):
            self._add_common_item(total, item)
        self._add_common_pair(total)
        return np.asarray(total)

    def derivative(self, model: Model, free_parameters: int) -> FloatArray:
        """∂(expected margin)/∂parameter, margins × free parameters.

        Models with one slope count one slope for all items; the population's standard deviation beside a slope of 1 is
        the same parameter in another unit. The steps of the rating scale model are one set for all items. Beside given
        items, what `free_parameters` exceeds the items' own by are the population's standard deviation and mean.
        """
        fitted = self.fitted
        at = curves(fitted.family, fitted.parameters, fitted.categories, self.theta)
        found = self._by_item(at.score * self.probability[:, None])
        flat = found.reshape(self.size, fitted.parameters.size)
        own = fitted.estimated
        if model.common_slope:
            own[:, 0] = False
        if fitted.anchored.any():
            population = self._by_population()[:, : max(free_parameters - int(own.sum()), 0)]
            return np.hstack([flat[:, own.ravel()], population])
        if not model.common_slope:
            return np.asarray(flat[:, own.ravel()])
        slope = found[:, :, 0].sum(axis=1, keepdims=True)
        if model.name != "RSM":
            return np.hstack([flat[:, own.ravel()], slope])
        # an intercept of category k is minus the sum of k times the location and the first k of the common steps
        level = np.arange(1, fitted.parameters.shape[1])
        location = -(found[:, :, 1:] * level).sum(axis=2)
        steps = [-found[:, :, k:].sum(axis=(1, 2)) for k in level]
        return np.hstack([location, np.column_stack(steps), slope])

    def _by_item(self, moved: FloatArray) -> FloatArray:
        """Derivative of each margin by each item's parameters, margins × items × parameters, from that of the items'
        probabilities (items × parameters × categories × nodes)."""
        found = np.zeros((self.size, *moved.shape[:2]))
        singles = len(self.single.item)
        found[np.arange(singles), self.single.item] = self._moved(self.single, moved) @ self.weight
        paired = self._moved(self.paired, moved) * self.weight  # functions × parameters × nodes
        for own, rest in ((self.one, self.other), (self.other, self.one)):
            for function in range(len(self.paired.item)):
                which = np.flatnonzero(own == function)
                change = self.paired_mean[rest[which]] @ paired[function].T
                found[singles + which, self.paired.item[function]] = change
        return found

    def _by_population(self) -> FloatArray:
        """Derivative of each margin by the population's standard deviation and mean, margins × 2."""
        fitted = self.fitted
        first = by_ability(fitted.family, fitted.parameters, fitted.categories, self.theta).first
        z = (self.theta - fitted.mean) / fitted.sd
        by_item = self._by_item(np.stack([first * z, first], axis=1))
        return np.asarray(by_item.sum(axis=1))

    @staticmethod
    def _moved(functions: ItemFunctions, moved: FloatArray) -> FloatArray:
        """functions × parameters of their item × nodes."""
        return np.asarray(np.einsum("fc,fpcq->fpq", functions.values, moved[functions.item], optimize=True))

    def _add_common_item(self, total: FloatArray, item: int) -> None:
        singles = len(self.single.item)
        own_single = np.flatnonzero(self.single.item == item)
        first = np.flatnonzero(self.paired.item[self.one] == item)
        second = np.flatnonzero(self.paired.item[self.other] == item)
        own_paired = np.concatenate([self.one[first], self.other[second]])
        # each block: functions of the item (their values), and the margins and other expectations that go with it
        blocks = [(self.single.values[row], np.array([row]), np.ones((1, len(self.weight)))) for row in own_single]
        margin = singles + np.concatenate([first, second])
        rest = self.paired_mean[np.concatenate([self.other[first], self.one[second]])]
        for function in np.flatnonzero(self.paired.item == item):
            mine = own_paired == function
            blocks.append((self.paired.values[function], margin[mine], rest[mine]))
        probability = self.probability[item]
        for values, rows, others in blocks:
            for values_too, columns, others_too in blocks:
                covariance = (values * values_too) @ probability - (values @ probability) * (values_too @ probability)
                total[np.ix_(rows, columns)] += (others * (self.weight * covariance)) @ others_too.T

    def _add_common_pair(self, total: FloatArray) -> None:
        """Cov(f_i, g_i | θ)·Cov(f_j, g_j | θ) for products of functions of the same two items."""
        most = int(np.bincount(self.paired.item).max())
        place = np.arange(len(self.paired.item)) - np.searchsorted(self.paired.item, self.paired.item)
        functions = np.full((len(self.fitted.categories), most), -1)
        functions[self.paired.item, place] = np.arange(len(self.paired.item))
        margin = np.full((len(self.paired.item), len(self.paired.item)), -1)
        margin[self.one, self.other] = len(self.single.item) + np.arange(len(self.one))
        covariance = np.zeros((most, most, len(functions), len(self.weight)))
        for f, g in product(range(most), repeat=2):
            there = (functions[:, f] >= 0) & (functions[:, g] >= 0)
            one, other = functions[there, f], functions[there, g]
            both = (self.paired.values[one] * self.paired.values[other])[:, None, :]
            mean = np.matmul(both, self.probability[there])[:, 0]
            covariance[f, g, there] = mean - self.paired_mean[one] * self.paired_mean[other]
        i, j = np.triu_indices(len(functions), 1)
        for f, g, s, t in product(range(most), repeat=4):
            there = (functions[i, f] >= 0) & (functions[i, g] >= 0) & (functions[j, s] >= 0) & (functions[j, t] >= 0)
            rows, columns = margin[functions[i, f], functions[j, s]], margin[functions[i, g], functions[j, t]]
            value = (covariance[f, g] * self.weight) @ covariance[s, t].T
            total[rows[there], columns[there]] += value[i[there], j[there]]
