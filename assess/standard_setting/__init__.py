"""Cut scores from judgements, one method a module. Pure; uses psychometrics only.

Judges rate items: `angoff`, `ebel`, `nedelsky`, `bookmark`, `item_descriptors`. Judges or assessors rate candidates:
`borderline`, `contrasting`, `body_of_work`. Compromises with what candidates scored: `hofstee`, `beuk`. About all of
them: `judges` (severity, agreement), `outliers`, `specification`, `feedback` between rounds, `impact`, and `judgements` as
people write them down.
"""

from assess.standard_setting import (
    angoff,
    beuk,
    body_of_work,
    booklet,
    bookmark,
    borderline,
    contrasting,
    ebel,
    feedback,
    hofstee,
    impact,
    item_descriptors,
    judgements,
    judges,
    nedelsky,
    outliers,
    specification,
)

__all__ = [
    "angoff",
    "beuk",
    "body_of_work",
    "booklet",
    "bookmark",
    "borderline",
    "contrasting",
    "ebel",
    "feedback",
    "hofstee",
    "impact",
    "item_descriptors",
    "judgements",
    "judges",
    "nedelsky",
    "outliers",
    "specification",
]
