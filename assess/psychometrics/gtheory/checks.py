"""Which effects a set of scores has, and whether the scores tell them apart."""

from collections.abc import Sequence

import numpy as np

from assess.psychometrics.gtheory import anova
from assess.psychometrics.gtheory.anova import Layout
from assess.psychometrics.gtheory.design import RESIDUAL, Design, Effect, Records
from assess.psychometrics.responses import ResponseError


def chosen_effects(records: Records, design: Design, wanted: Sequence[str] | None) -> tuple[Effect, ...]:
    """The effects to estimate, the residual last under the name of the highest effect unless that is apart from it."""
    possible = design.effects
    everything = frozenset(design.facets)
    if wanted is not None:
        by_parts = {effect.facets: effect for effect in possible}
        asked = [frozenset(part.strip() for part in name.replace("×", ":").split(":")) for name in wanted]
        strange = [name for name, parts in zip(wanted, asked, strict=True) if parts not in by_parts]
        if strange:
            sentence = f"{design.in_words} has no effect {strange[0]!r}; it has {', '.join(e.name for e in possible)}"
            raise ResponseError("names_do_not_fit", sentence)
        possible = tuple(effect for effect in possible if effect.facets in asked)
    top = records.groups(everything) if len(records.scores) else np.zeros(0, dtype=np.int64)
    replicated = bool(len(top)) and int(top.max()) + 1 < len(top)
    highest = [effect for effect in possible if effect.facets == everything]
    rest = tuple(effect for effect in possible if effect.facets != everything)
    if highest and not replicated:
        return (*rest, highest[0])
    return (*rest, *highest, Effect(RESIDUAL, everything))


def lacking_information(layout: Layout) -> str:
    """Why these scores cannot be divided into these effects; empty when they can."""
    design, levels = layout.design, layout.levels
    if not len(layout.scores):
        return "there are no scores"
    single = [e.name for e, n in zip(layout.effects, levels, strict=True) if len(e.facets) == 1 and n < 2]
    if design.object in single:
        return "all scores belong to one person; at least 2 persons are needed"
    if single:
        return f"facet {single[0]!r} has one level only, so nothing shows how its levels differ; leave it out"
    for i, effect in enumerate(layout.effects):
        for j in range(i):
            other = layout.effects[j]
            same = (
                levels[i] == levels[j] and len(np.unique(layout.groups[i] * levels[j] + layout.groups[j])) == levels[i]
            )
            if same:
                return (
                    f"{effect.name} and {other.name} divide the scores alike, so their variances cannot be told apart; "
                    f"leave one out or collect scores that cross them"
                )
    if not float(np.ptp(layout.scores)) > 0:
        return "the scores do not vary"
    if not np.linalg.cond(anova.analogous(layout)[1]) < 1e12:
        return "the design leaves some variances without information; leave out the interactions with the fewest scores"
    table = anova.table(layout) if layout.complete else None
    if table is not None and not table.sums[-1] > 0:
        return f"the effects explain every score exactly, so {layout.effects[-1].name} does not vary"
    return ""
