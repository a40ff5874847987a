"""How verdicts, bearings and records are shown: a word in a frame, never a colour alone. Pure."""

from collections.abc import Sequence

from assess.validity.dossier.claims import Bearing, Record, Verdict
from assess.validity.dossier.crosswalk import Presence
from assess.validity.report.markup import Child, Markup, element, join

VERDICTS = {
    Verdict.SUPPORTED: "pass",
    Verdict.WITH_LIMITS: "waived",
    Verdict.NOT_ENOUGH: "lack",
    Verdict.CONTRADICTED: "fail",
}
BEARINGS = {
    Bearing.SUPPORTS: "pass",
    Bearing.LIMITS: "waived",
    Bearing.LACKING: "lack",
    Bearing.CONTRADICTS: "fail",
}
PRESENCES = {
    Presence.PRESENT: "pass",
    Presence.LIMITED: "waived",
    Presence.PARTLY: "lack",
    Presence.ABSENT: "fail",
}
KINDS = {
    "scheme_version": "scheme version",
    "duty": "duty",
    "job_analysis": "job-task analysis",
    "content_panel": "content panel",
    "bias_concern": "concern of bias",
    "dataset": "frozen data",
    "study": "study",
    "cut": "cut score",
    "cut_meeting": "meeting",
    "decision": "decision",
    "seal": "seal",
    "incident": "incident",
    "instrument": "instrument",
    "item_version": "item version",
    "score": "score",
    "waiver": "waiver",
    "release_rule": "release rule",
    "award_review": "review of awards",
    "training": "training",
    "monitoring_look": "look",
    "base_period": "base period",
    "alarm": "alarm",
}
ADDRESSES = {
    "scheme_version": "/director/schemes/{}/",
    "study": "/director/studies/{}/",
    "cut": "/director/cuts/{}/",
    "meeting": "/director/meetings/{}/",
    "decision": "/director/decisions/{}/",
}
"""Kind of a record → the page of the application on which it is read; a test holds each against the routes."""
MOST = 4


def tag(words: str, kind: str) -> Markup:
    return element("span", words, class_=f"tag {kind}")


def verdict_tag(verdict: Verdict, *, simulated: bool = False) -> Markup:
    """A verdict, and that made-up people stand behind it where they do."""
    return join(tag(verdict, VERDICTS[verdict]), " (made up)" if simulated else None)


def bearing_tag(bearing: Bearing) -> Markup:
    return tag(bearing, BEARINGS[bearing])


def presence_tag(presence: Presence) -> Markup:
    return tag(presence, PRESENCES[presence])


def kind_in_words(kind: str) -> str:
    return KINDS.get(kind, kind.replace("_", " "))


def address_of(record: Record) -> str:
    """Where a record is read in the application; empty where it has no page of its own."""
    return ADDRESSES[record.kind].format(record.id) if record.kind in ADDRESSES else ""


def records_named(records: Sequence[Record]) -> Child:
    """The first few records by kind and the beginning of their identifiers; the whole ones stand in the list of records."""
    if not records:
        return "–"
    named = [_named(record) for record in records[:MOST]]
    more = [element("small", f"and {len(records) - MOST} more")] if len(records) > MOST else []
    return join(*named, *more)


def _named(record: Record) -> Markup:
    words = f"{kind_in_words(record.kind)} {record.id[:8]}"
    address = address_of(record)
    told = element("a", words, href=address) if address else words
    return element("small", told)
