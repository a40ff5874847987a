"""How evidence is weighed: an estimate against a threshold, a check of the gate, something that is or isn't recorded. Pure.

An estimate supports a claim only when its whole 95 % interval lies on the right side of the threshold, as in the gate: what the
interval leaves open is open.
"""

from collections.abc import Sequence
from datetime import date

from assess.validity.dossier.claims import Bearing, Evidence, Figure, Record
from assess.validity.dossier.facts import CheckFact, Estimated
from assess.validity.report.spoken import percent, rounded

UNKNOWN = "–"
NARROW = 0.05
"""A share whose interval is narrower is told to a tenth of a per cent, so that the interval does not vanish."""
SIGN = {"pass": Bearing.SUPPORTS, "fail": Bearing.CONTRADICTS, "not enough evidence": Bearing.LACKING}
"""What a check of the gate says of a claim. An exception says nothing: two signatures let an award go on, and are no evidence."""
ALONE = "; two people let the gate's check stand, and the figure is weighed without them"


def figure_of(found: Estimated, *, share: bool = False, places: int = 2, unit: str = "") -> Figure:
    """An estimate as people read it; where there is not enough evidence its value is a dash and the interval says why."""
    about = {"n": found["n"], "method": found["method"], "source": found["source"], "exact": found}
    about["told"] = {"share": share, "places": places, "unit": unit}
    if found["value"] is None or found["interval"] is None:
        return Figure(value=UNKNOWN, interval=found["reason"], **about)
    low, high = found["interval"]
    fine = 1 if float(high) - float(low) < NARROW else 0
    told = [percent(text, fine) if share else rounded(text, places) + unit for text in (found["value"], low, high)]
    interval = f"95\N{NO-BREAK SPACE}% interval {told[1]} to {told[2]}"
    if not found["sufficient"]:
        interval = f"indication only, {interval}: {found['reason']}"
    return Figure(value=told[0], interval=interval, **about)


def in_words(figure: Figure) -> str:
    """A figure for the middle of a sentence."""
    if figure.value == UNKNOWN:
        return f"not known ({figure.interval})"
    held = "; ".join(filter(None, [figure.interval, "" if figure.n is None else f"n = {figure.n}"]))
    return f"{figure.value} ({held})" if held else figure.value


def bearing_of(found: Estimated, *, least: float | None = None, most: float | None = None) -> Bearing:
    """How an estimate bears on the claim that it is at least, or at most, so much.

    Examples
    --------
    >>> found = {"value": "0.83", "interval": ["0.74", "0.90"], "sufficient": True}
    >>> bearing_of(found, least=0.7), bearing_of(found, least=0.8), bearing_of(found, most=0.5)
    (<Bearing.SUPPORTS: 'supports'>, <Bearing.LACKING: 'is lacking'>, <Bearing.CONTRADICTS: 'contradicts'>)
    """
    if found["value"] is None or found["interval"] is None or not found["sufficient"]:
        return Bearing.LACKING
    low, high = (float(bound) for bound in found["interval"])
    if least is not None:
        return Bearing.SUPPORTS if low >= least else Bearing.CONTRADICTS if high < least else Bearing.LACKING
    assert most is not None, "An estimate is held against a least or a most."
    return Bearing.SUPPORTS if high <= most else Bearing.CONTRADICTS if low > most else Bearing.LACKING


def against(
    key: str,
    opening: str,
    found: Estimated,
    *,
    least: float | None = None,
    most: float | None = None,
    source: str,
    records: Sequence[Record],
    weakness: str,
    remedy: str,
    needed: bool = True,
    simulated: bool = False,
    share: bool = False,
    places: int = 2,
    unit: str = "",
    mild: bool = False,
) -> Evidence:
    """An estimate held against a threshold; `mild` makes a value on the wrong side a limit rather than a contradiction.

    `opening` begins the sentence that the figure ends; `source` says who set the threshold; `weakness` is said where the
    figure lies on the wrong side, and where it leaves the claim open the figure itself says so.
    """
    figure = figure_of(found, share=share, places=places, unit=unit)
    bearing = bearing_of(found, least=least, most=most)
    if mild and bearing is Bearing.CONTRADICTS:
        bearing = Bearing.LIMITS
    limit = least if least is not None else most
    assert limit is not None, "An estimate is held against a least or a most."
    told = percent(str(limit)) if share else f"{limit:g}{unit}"
    rule = f"the whole interval {'at or above' if least is not None else 'at or below'} {told} ({source})"
    good = bearing is Bearing.SUPPORTS
    if bearing is Bearing.LACKING:
        weakness = f"{opening} {_left_open(found, figure)}."
    return Evidence(
        key=key,
        sentence=f"{opening} {in_words(figure)}.",
        bearing=bearing,
        rule=rule,
        needed=needed,
        figure=figure,
        records=tuple(records),
        weakness="" if good else weakness,
        remedy="" if good else remedy,
        simulated=simulated,
    )


def _left_open(found: Estimated, figure: Figure) -> str:
    if found["value"] is None:
        return f"not known yet; {found['reason']}"
    if not found["sufficient"]:
        return f"{figure.value} is an indication only: {found['reason']}"
    return f"{figure.value}, and the {figure.interval} leaves it open"


def nothing_recorded(
    key: str, what: str, *, remedy: str, needed: bool = True, rule: str = "it is recorded"
) -> Evidence:
    """Something the claim would need that no record holds."""
    sentence = f"Nothing is recorded yet: {what}."
    return Evidence(
        key=key,
        sentence=sentence,
        bearing=Bearing.LACKING,
        rule=rule,
        needed=needed,
        weakness=f"There is no record of {what}.",
        remedy=remedy,
    )


def _weighed(check: CheckFact, found: Estimated | None) -> Bearing:
    """The gate's own verdict, and under an exception what the estimate says by itself."""
    if check.status in SIGN:
        return SIGN[check.status]
    if found is None or check.least is None:
        return Bearing.LACKING
    alone = bearing_of(found, least=check.least)
    return Bearing.LACKING if alone is Bearing.SUPPORTS else alone


def of_statistic(
    check: CheckFact,
    found: Estimated | None,
    *,
    key: str,
    name: str,
    opening: str,
    records: Sequence[Record],
    remedy: str,
    simulated: bool,
) -> Evidence:
    """A statistic that the gate holds against a threshold; `found` is the study's estimate.

    A check that two people let stand is weighed by its estimate alone: the exception is told of where the award is argued.
    """
    figure = None if found is None else figure_of(found)
    bearing = _weighed(check, found)
    told = (check.sentence if figure is None else in_words(figure)).rstrip(".")
    open_ = check.sentence.rstrip(".") if found is None or figure is None else _left_open(found, figure)
    weak = {
        Bearing.LACKING: f"{name} is not shown to be {check.threshold.partition(',')[0]}: {open_}.",
        Bearing.CONTRADICTS: f"{name} is not {check.threshold.partition(',')[0]}: {told}.",
    }
    return Evidence(
        key=key,
        sentence=f"{opening} {told}.",
        bearing=bearing,
        rule=f"the whole interval {check.threshold} ({check.source}){'' if check.status in SIGN else ALONE}",
        figure=figure,
        records=tuple(records),
        weakness=weak.get(bearing, ""),
        remedy="" if bearing is Bearing.SUPPORTS else remedy,
        simulated=simulated,
    )


def aged(key: str, what: str, on: date, today: date, *, years: int, source: str, records: Sequence[Record]) -> Evidence:
    """How old a piece of evidence is: it limits a claim once it is past its age."""
    age = (today - on).days
    good = age <= 365.25 * years
    told = "less than a month" if age < 31 else f"{age} days" if age < 700 else f"{age / 365.25:.1f} years"
    return Evidence(
        key=key,
        sentence=f"The {what} is of {on:%d %B %Y}, {told} old.",
        bearing=Bearing.SUPPORTS if good else Bearing.LIMITS,
        rule=f"not older than {years} years ({source})",
        needed=False,
        records=tuple(records),
        weakness="" if good else f"The {what} is {told} old.",
        remedy="" if good else f"Renew the {what}.",
    )


def count(number: int, one: str, many: str = "") -> str:
    """A counted noun.

    >>> count(1, "judge"), count(0, "judge"), count(2, "study", "studies")
    ('1 judge', 'no judge', '2 studies')
    """
    if number == 0:
        return f"no {one}"
    return f"{number} {one if number == 1 else many or one + 's'}"
