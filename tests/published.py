"""People, and the sample content published by two of them: what almost every made-up centre begins with.

Publishing ninety items through all their states is most of what building a centre costs, so a test process does it once.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.db import transaction

from assess import door
from assess.management.world import cast
from assess.management.world.cast import Cast
from tests.attempts.scenes import content
from tests.snapshots import as_built

CANDIDATES, ASSESSORS, JUDGES = 8, 6, 8
"""Enough for every centre that begins here."""
Gather = Callable[..., Cast]


@transaction.atomic
def gather(*, candidates: int, assessors: int, judges: int) -> Cast:
    """Build it here and now, committed: for a server with connections of its own."""
    people = cast.assemble(candidates=candidates, assessors=assessors, judges=judges)
    door.act(
        people.acts_as(people.author),
        "schemes.load_content_plan",
        plan=content(),
        loaded_by=people.author.pk,
        reviewed_by=people.reviewer.pk,
        reason="second reader",
    )
    return people


def published(*, candidates: int, assessors: int, judges: int) -> Cast:
    """The same from the process's copy, in a database that holds nothing else; who is not asked for stays unnamed.

    Where more people are asked for than the copy has, it is built as large as that.
    """
    if candidates > CANDIDATES or assessors > ASSESSORS or judges > JUDGES:
        return gather(candidates=candidates, assessors=assessors, judges=judges)
    everybody = as_built("published", partial(gather, candidates=CANDIDATES, assessors=ASSESSORS, judges=JUDGES))
    return replace(
        everybody,
        candidates=everybody.candidates[:candidates],
        assessors=everybody.assessors[:assessors],
        judges=everybody.judges[:judges],
    )
