"""What waits for a person about awards: names, looks near a cut, the rule, issuing, waivers, rules, reviews, incidents."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.urls import reverse

from assess.attempts.queries import quarantined_in
from assess.attempts.resits.queries import resits_waiting
from assess.awards.queries import release_rules_of, reviews_open
from assess.awards.waiting import Standing, scored_and_undecided, status_changes_proposed, waivers_proposed
from assess.proctoring import queries as proctoring
from assess.web.director.asked import BAD, INFO, WARN, Asked, Need, some


def _by_scheme(
    asked: Asked, rows: Sequence[Standing], show: str, one: str, many: str, *, sign: str = WARN
) -> Iterator[Need]:
    """One line a scheme, which leads to the gate's list of exactly these candidates."""
    for version in asked.versions:
        mine = [row for row in rows if row.scheme_version_id == version.pk]
        if mine:
            yield Need(
                sign=sign,
                count=len(mine),
                words=some(len(mine), one, many),
                about=asked.titles[version.pk],
                address=f"{reverse('director-gate', args=[version.pk])}?show={show}",
                since=mine[0].decided_at,
            )


def names(asked: Asked) -> Iterator[Need]:
    if asked.has("approver", "director"):
        rows = [one for one in asked.standings if one.waits_for_names and not one.near and asked.may_sign(one)]
        yield from _by_scheme(asked, rows, "waiting", "decision waits for your name", "decisions wait for your name")


def near_cut(asked: Asked) -> Iterator[Need]:
    if asked.has("approver", "director"):
        rows = [one for one in asked.standings if one.near and one.decided and asked.apart(one)]
        yield from _by_scheme(
            asked,
            rows,
            "near",
            "result within one standard error of its cut waits for a look",
            "results within one standard error of a cut wait for a look",
        )


def to_decide(asked: Asked) -> Iterator[Need]:
    if not asked.has("director"):
        return
    waiting = scored_and_undecided(asked.titles)
    for version in asked.versions:
        if count := waiting.get(version.pk, 0):
            yield Need(
                sign=WARN,
                count=count,
                words=some(count, "scored attempt waits for the rule", "scored attempts wait for the rule"),
                about=asked.titles[version.pk],
                address=reverse("director-gate", args=[version.pk]),
            )


def to_issue(asked: Asked) -> Iterator[Need]:
    if asked.has("director"):
        rows = [one for one in asked.standings if one.waits_for_issue]
        yield from _by_scheme(
            asked, rows, "final", "passed decision waits to be issued", "passed decisions wait to be issued", sign=INFO
        )


def second_directors(asked: Asked) -> Iterator[Need]:
    """What another director wants done to a credential; it takes effect when a second says the same."""
    if not asked.has("director"):
        return
    words = {"revoke": "to revoke", "suspend": "to suspend", "reinstate": "to reinstate"}
    for change in status_changes_proposed():
        if change.proposed_by_id != asked.actor.id:
            yield Need(
                sign=BAD if change.kind == "revoke" else WARN,
                count=1,
                words=f"credential {words[change.kind]} waits for a second director",
                about=f"{change.credential.holder}; asked for by {change.proposed_by}",
                address=reverse("director-credential", args=[change.credential_id]),
                since=change.proposed_at,
            )


def waivers(asked: Asked) -> Iterator[Need]:
    if not asked.has("director", "approver"):
        return
    mine = [one for one in waivers_proposed(asked.titles, today=asked.now) if one.first_id != asked.actor.id]
    for (version_id, check), count in Counter((one.scheme_version_id, one.check_name) for one in mine).items():
        yield Need(
            sign=WARN,
            count=count,
            words=f"{some(count, 'waiver', 'waivers')} of “{check}” {some(count, 'waits', 'wait')} for a second name",
            about=asked.titles[version_id],
            address=f"{reverse('director-gate', args=[version_id])}?show=waiting",
        )


def release_rules(asked: Asked) -> Iterator[Need]:
    """Release rules that one person proposed; each counts when a second has signed it."""
    for version in asked.versions:
        waiting = [
            rule
            for rule in release_rules_of(version.pk)
            if rule.signed_by_id is None and rule.withdrawn_by_id is None and rule.proposed_by_id != asked.actor.id
        ]
        if waiting:
            yield Need(
                sign=WARN,
                count=len(waiting),
                words=some(
                    len(waiting), "release rule waits for a second name", "release rules wait for a second name"
                ),
                about=asked.titles[version.pk],
                address=reverse("director-levels", args=[version.pk]),
                since=min(rule.proposed_at for rule in waiting),
            )


def reviews(asked: Asked) -> Iterator[Need]:
    """Evidence under credentials failed since: people look at each; nothing happens by itself."""
    if not asked.has("director"):
        return
    for version in asked.versions:
        for review in reviews_open(version.pk):
            count: int = review.waiting  # type: ignore[attr-defined]  # annotated by the query
            yield Need(
                sign=BAD,
                count=count,
                words=f"{some(count, 'award waits', 'awards wait')} for two people, since “{review.check_name}” failed later",
                about=asked.titles[version.pk],
                address=reverse("director-review", args=[review.pk]),
                since=review.opened_at,
            )


def incidents(asked: Asked) -> Iterator[Need]:
    if not asked.has("director", "approver"):
        return
    waiting = [
        one
        for one in proctoring.incidents_waiting(asked.actor)
        if one.attempt.registration.candidate_id not in asked.too_close
    ]
    for second in (True, False):
        rows = [one for one in waiting if bool(one.reviews.all()) is second]
        if not rows:
            continue
        found = some(len(rows), "incident", "incidents")
        words = f"{found} that one person upheld {some(len(rows), 'needs', 'need')} a second person"
        yield Need(
            sign=BAD if second else WARN,
            count=len(rows),
            words=words if second else f"{found} nobody has looked at",
            about=", ".join(sorted({str(one.attempt.sitting) for one in rows})),
            address=reverse("proctor-incident", args=[rows[0].pk]),
            since=rows[0].raised_at,
        )


def resits(asked: Asked) -> Iterator[Need]:
    """Works that candidates do again because equipment failed: to be opened, or waiting for their answer."""
    if not asked.has("director", "proctor"):
        return
    for one in resits_waiting(proctoring.sittings_of(asked.actor)):
        accepted = some(
            one.accepted, "re-sit after a fault waits to be opened", "re-sits after a fault wait to be opened"
        )
        offered = some(
            one.offered, "re-sit waits for the candidate's answer", "re-sits wait for their candidates' answers"
        )
        for count, words, sign in ((one.accepted, accepted, WARN), (one.offered, offered, INFO)):
            if count:
                place = reverse("proctor-seals", args=[one.sitting.pk])
                yield Need(sign=sign, count=count, words=words, about=one.sitting.title, address=place, since=one.since)


def quarantine(asked: Asked) -> Iterator[Need]:
    if not asked.has("director"):
        return
    for sitting, count in quarantined_in(proctoring.sittings_of(asked.actor)):
        yield Need(
            sign=WARN,
            count=count,
            words=some(count, "refused entry waits in quarantine", "refused entries wait in quarantine"),
            about=str(sitting),
            address=reverse("proctor-seals", args=[sitting.pk]),
        )
