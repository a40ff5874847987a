"""Evidence that is ageing: when each kind was made, until when it carries, and how much of that time has passed.

A span ends on the day that its own record names (a cut score in force until, a training that holds until). Where a record names
none, the usual span of personnel certification is taken, and the page says so.
"""

from dataclasses import dataclass
from datetime import date, timedelta

SOON = timedelta(days=60)
"""So long before its end a piece of evidence is shown as due."""

USUAL_SPANS = {
    "job": (timedelta(days=5 * 365), "a job analysis is usually renewed after five years"),
    "content": (timedelta(days=5 * 365), "judged anew with the job analysis, after five years"),
    "study": (timedelta(days=365), "scores are studied every year"),
    "cut": (timedelta(days=3 * 365), "a cut score is usually looked at again after three years"),
}
"""Kind of evidence → its usual span and what that rests on, where its own record names no end.

Sources: NCCA Standards for the Accreditation of Certification Programs (job analysis, annual report), ISO/IEC 17024 clause 8
(a scheme is reviewed at planned intervals). None of them names a number for every kind: these are this product's defaults.
"""


@dataclass(frozen=True, kw_only=True)
class Age:
    """One kind of evidence of one scheme. `share` is how much of its time has passed, 1 and more when it is over.

    `state` is `ok`, `soon`, `over`, `lasting` (no end), or `missing` with `words` that say what is.
    """

    name: str
    address: str
    state: str
    words: str
    made_on: date | None = None
    due_on: date | None = None
    share: float = 0.0
    usual: str = ""
    simulated: bool = False


def aged(
    *,
    name: str,
    address: str,
    made_on: date | None,
    due_on: date | None,
    today: date,
    kind: str = "",
    missing: str = "None yet",
    simulated: bool = False,
) -> Age:
    """How old a piece of evidence is.

    Parameters
    ----------
    made_on
        The day it was made; None where there is none, and `missing` says so.
    due_on
        The day its own record ends it; None where it names none: then the usual span of its `kind`, if there is one.

    Examples
    --------
    >>> one = aged(name="Study", address="/", made_on=date(2026, 1, 1), due_on=None, today=date(2026, 12, 1), kind="study")
    >>> one.state, one.words, one.due_on
    ('soon', 'due in a month', datetime.date(2027, 1, 1))
    """
    if made_on is None:
        return Age(name=name, address=address, state="missing", words=missing)
    usual = ""
    if due_on is None and kind in USUAL_SPANS:
        length, usual = USUAL_SPANS[kind]
        due_on = made_on + length
    if due_on is None:
        return Age(
            name=name,
            address=address,
            state="lasting",
            words=f"{_long(today - made_on)} old",
            made_on=made_on,
            simulated=simulated,
        )
    left = due_on - today
    share = (today - made_on) / max(due_on - made_on, timedelta(days=1))
    if left < timedelta(0):
        state, words = "over", f"over for {_long(-left)}"
    else:
        state, words = ("soon" if left <= SOON else "ok"), (f"due in {_long(left)}" if left else "due today")
    return Age(
        name=name,
        address=address,
        state=state,
        words=words,
        made_on=made_on,
        due_on=due_on,
        share=share,
        usual=usual,
        simulated=simulated,
    )


def _long(span: timedelta) -> str:
    """A span as people say it.

    >>> [_long(timedelta(days=n)) for n in (0, 1, 12, 31, 200, 365, 1000)]
    ['less than a day', 'a day', '12 days', 'a month', '7 months', 'a year', '2 years 9 months']
    """
    days = span.days
    if days < 2:
        return "a day" if days else "less than a day"
    if days < 28:
        return f"{days} days"
    months = max(round(days / 30.44), 1)
    if months < 12:
        return "a month" if months == 1 else f"{months} months"
    years, rest = divmod(months, 12)
    whole = "a year" if years == 1 else f"{years} years"
    return whole if not rest else f"{whole} {rest} month{'s' if rest > 1 else ''}"
