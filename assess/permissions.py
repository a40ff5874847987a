"""Who may do what: one table, action → rule. `assess.door` refuses whatever has no line here.

A rule names the roles of which the actor must hold one, and where the role alone does not settle it, a condition on
the arguments that says in a sentence why not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assess.attempts import queries as attempts
from assess.attempts.engine_runs import queries as engine_runs
from assess.attempts.feeds import queries as feeds
from assess.attempts.journal.kinds import family
from assess.attempts.resits import queries as resits
from assess.awards import queries as awards
from assess.people.queries import Actor, works_at
from assess.proctoring import queries as proctoring
from assess.sittings.agents import queries as agents
from assess.sittings.instruments import queries as instruments
from assess.validity.cut_scores import queries as cut_scores

Condition = Callable[[Actor, Mapping[str, Any]], str | None]


@dataclass(frozen=True)
class Rule:
    """`roles`: one of them is needed. `unless`: None, or the sentence that says why this actor may not after all."""

    roles: frozenset[str]
    unless: Condition | None = None


def _rule(*roles: str, unless: Condition | None = None) -> Rule:
    return Rule(frozenset(roles), unless)


def _only_themselves(name: str) -> Condition:
    def unless(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
        if "director" in actor.roles or "service" in actor.roles or arguments[name] == actor.id:
            return None
        return "This is for the person themselves, or for a director."

    return unless


def _holder_of_the_role(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    if family(arguments["role"]) == "adapter":
        if "station" not in actor.roles:
            return "A machine's stream is opened by its station."
        if not agents.is_agent(actor.id) or attempts.runs_as(actor.id, arguments["subject_id"], arguments["role"]):
            return None
        return f"{arguments['role']} of this attempt is not posted at this station. Ask for the plan to be changed."
    if attempts.may_hold(actor.id, arguments["subject_id"], arguments["role"]):
        return None
    return f"{arguments['role']} of this attempt is not yours. Ask for the assignment to be changed."


def _works_there(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    if any(works_at(actor.id, arguments["organisation_id"], role) for role in agents.WORK_THERE):
        return None
    return "This is for people of that centre."


def _their_agent(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    """The agent, key or station that the arguments name is of a centre where the actor works."""
    named = [
        agents.organisation_of(name, arguments[name])
        for name in ("agent_id", "key_id", "station_id")
        if arguments.get(name) is not None
    ]
    at_home = agents.centres_of(actor.id)
    return None if named and all(one in at_home for one in named) else "This is for people of that centre."


def _directs_the_feed(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    """The centre, the feed or the key that the arguments name is of a centre that the actor directs."""
    named = arguments.get("organisation_id") or feeds.organisation_of(
        feed_id=arguments.get("feed_id"), key_id=arguments.get("key_id")
    )
    return None if named and works_at(actor.id, named, "director") else "This is for directors of that centre."


def _is_that_feed(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    return None if feeds.is_account_of(actor.id, arguments["feed_id"]) else "A feed sends for itself only."


def _watches_over(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    if proctoring.sitting_of(actor, arguments["sitting_id"]) is not None:
        return None
    return "This sitting is watched over by others. Ask for a post in it."


def _is_their_attempt(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    if "service" in actor.roles or attempts.may_hold(actor.id, arguments["attempt_id"], "candidate"):
        return None
    return "This attempt is another person's."


def _watches_over_the_run(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    sitting = engine_runs.sitting_of(arguments["run_id"])
    if sitting is not None and proctoring.sitting_of(actor, sitting) is not None:
        return None
    return "This run is of a sitting that others watch over. Ask for a post in it."


def _watches_over_the_resit(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    sitting = resits.sitting_of(arguments["resit_id"])
    if sitting is not None and proctoring.sitting_of(actor, sitting) is not None:
        return None
    return "This sitting is watched over by others. Ask for a post in it."


def _may_send_this_picture(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    if proctoring.may_send_picture(actor, arguments["attempt_id"], arguments["role"], arguments["kind"]):
        return None
    return "No such picture of this attempt is taken under a role of yours."


def _ran_it(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    if "service" in actor.roles or attempts.wrote_as(actor.id, arguments["attempt_id"], arguments["role"]):
        return None
    return "Raw evidence comes from the station that wrote the run's stream. This is not a stream of yours."


def _may_look_at_it(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    return None if proctoring.picture_for(actor, arguments["media_id"]) else "This picture is not for you."


def _scheme_is_not_open(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    return awards.not_open(arguments["registration_id"])


def _sits_on_the_panel(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    if cut_scores.is_judge_of(actor.id, arguments["meeting_id"]):
        return None
    return "You do not sit on the panel of this meeting, or it is not open yet."


def _may_speak_of(name: str) -> Condition:
    def unless(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
        if "director" in actor.roles or arguments[name] == actor.id:
            return _sits_on_the_panel(actor, arguments) if arguments[name] == actor.id else None
        return "A judge speaks for themself; a director records it for another."

    return unless


def _keeps_this_register(actor: Actor, arguments: Mapping[str, Any]) -> str | None:
    if instruments.may_keep(actor.id, dict(arguments)):
        return None
    return "This instrument or sitting is another centre's. Ask there."


RULES: dict[str, Rule] = {
    # people
    "people.found_organisation": _rule("director", "service"),
    "people.open_account": _rule("director", "service"),
    "people.give_role": _rule("director", "service"),
    "people.withdraw_role": _rule("director"),
    "people.make_sign_in_link": _rule("director", "service"),
    "people.use_sign_in_link": _rule("service"),
    "people.record_certificate": _rule("candidate", "director", "service", unless=_only_themselves("holder_id")),
    "people.verify_certificate": _rule("director", "proctor"),
    "people.declare_conflict": _rule("assessor", "proctor", "director", "board", "approver"),
    "people.agree_accommodation": _rule("director"),
    "people.propose_erasure": _rule("director", "approver"),
    "people.erase_person": _rule("director", "approver"),
    # content
    "schemes.load_content_plan": _rule("author", "service"),
    "schemes.record_duty": _rule("director"),
    "schemes.sign_duty": _rule("director", "approver", "board"),
    "schemes.withdraw_duty": _rule("director", "board"),
    "schemes.computations.ask_for_computation": _rule("author", "director"),
    "schemes.computations.stop_computation": _rule("author", "director"),
    "schemes.computations.note_computation": _rule("service"),
    "schemes.computations.end_computation": _rule("service"),
    "schemes.computations.keep_computation": _rule("author", "director", "service"),
    # sittings
    "sittings.plan_sitting": _rule("director", "proctor"),
    "sittings.add_station": _rule("director", "proctor"),
    "sittings.instruments.register_instrument": _rule(*instruments.KEEPERS, unless=_keeps_this_register),
    "sittings.instruments.import_instruments": _rule(*instruments.KEEPERS, unless=_keeps_this_register),
    "sittings.instruments.record_calibration": _rule(*instruments.KEEPERS, unless=_keeps_this_register),
    "sittings.instruments.withdraw_calibration": _rule(*instruments.KEEPERS, unless=_keeps_this_register),
    "sittings.instruments.take_instrument_out": _rule(*instruments.KEEPERS, unless=_keeps_this_register),
    "sittings.instruments.return_instrument_to_use": _rule(*instruments.KEEPERS, unless=_keeps_this_register),
    "sittings.instruments.book_instrument": _rule(*instruments.KEEPERS, unless=_keeps_this_register),
    "sittings.instruments.return_instrument": _rule(*instruments.KEEPERS, unless=_keeps_this_register),
    "sittings.assign": _rule("director", "proctor"),
    "sittings.assign_all": _rule("director", "proctor"),
    "sittings.take_station_out": _rule("director", "proctor"),
    # station agents
    "sittings.agents.invite_agent": _rule("director", "proctor", "technician", unless=_works_there),
    "sittings.agents.renew_code": _rule("director", "proctor", "technician", unless=_their_agent),
    "sittings.agents.enrol_agent": _rule("service"),
    "sittings.agents.revoke_key": _rule("director", "proctor", "technician", unless=_their_agent),
    "sittings.agents.place_agent": _rule("director", "proctor", "technician", unless=_their_agent),
    "sittings.agents.plan_bench": _rule("director", "proctor", "technician", unless=_their_agent),
    "sittings.agents.report_health": _rule("station"),
    # attempts
    "attempts.register": _rule("candidate", "director", unless=_only_themselves("candidate_id")),
    "attempts.open_attempt": _rule("director", "proctor", unless=_scheme_is_not_open),
    "attempts.open_stream": _rule(
        "candidate", "assessor", "proctor", "director", "station", "technician", unless=_holder_of_the_role
    ),
    "attempts.end_streams_of": _rule("service"),
    "attempts.apply_plan": _rule("director", "proctor"),
    "attempts.seal_attempt": _rule("director", "proctor"),
    "attempts.propose_admission": _rule("director", "proctor"),
    "attempts.admit_quarantined": _rule("director"),
    "attempts.reject_quarantined": _rule("director"),
    "attempts.score_attempt": _rule("director", "service"),
    "attempts.engine_runs.ask_for_run": _rule("candidate", unless=_is_their_attempt),
    "attempts.engine_runs.ask_for_runs": _rule("candidate", "service", unless=_is_their_attempt),
    "attempts.engine_runs.begin_run": _rule("service"),
    "attempts.engine_runs.note_step": _rule("service"),
    "attempts.engine_runs.keep_run": _rule("service"),
    "attempts.engine_runs.run_again": _rule("director", "proctor", unless=_watches_over_the_run),
    "attempts.keep_media": _rule("candidate", "assessor", "proctor", "director", unless=_may_send_this_picture),
    "attempts.erase_media": _rule("service"),
    "attempts.resits.offer_resits": _rule("director", "service"),
    "attempts.resits.answer_resit": _rule("candidate"),
    "attempts.resits.open_resit": _rule("director", "proctor", unless=_watches_over_the_resit),
    "attempts.keep_evidence": _rule("station", "service", unless=_ran_it),
    "attempts.erase_evidence": _rule("service"),
    "attempts.feeds.make_feed": _rule("director", unless=_directs_the_feed),
    "attempts.feeds.set_rows": _rule("director", unless=_directs_the_feed),
    "attempts.feeds.renew_key": _rule("director", unless=_directs_the_feed),
    "attempts.feeds.revoke_key": _rule("director", unless=_directs_the_feed),
    "attempts.feeds.take_message": _rule("station", unless=_is_that_feed),
    "attempts.feeds.take_file": _rule("station", unless=_is_that_feed),
    # proctoring
    "proctoring.set_level": _rule("director"),
    "proctoring.accept_notice": _rule("candidate"),
    "proctoring.begin": _rule("proctor", "director", unless=_watches_over),
    "proctoring.pause": _rule("proctor", "director", unless=_watches_over),
    "proctoring.resume": _rule("proctor", "director", unless=_watches_over),
    "proctoring.extend": _rule("proctor", "director", unless=_watches_over),
    "proctoring.identify": _rule("proctor", "director", unless=_watches_over),
    "proctoring.plan_posts": _rule("director", "proctor", unless=_watches_over),
    "proctoring.message": _rule("proctor", "director", unless=_watches_over),
    "proctoring.look_at_still": _rule("proctor", "director", "approver", unless=_may_look_at_it),
    "proctoring.seal": _rule("director", "proctor", unless=_watches_over),
    "proctoring.raise_incident": _rule("proctor", "assessor", "director"),
    "proctoring.reply_to_incident": _rule("candidate"),
    "proctoring.review_incident": _rule("proctor", "director", "approver"),
    # validity
    "validity.job.open_analysis": _rule("director"),
    "validity.job.import_survey": _rule("director"),
    "validity.job.describe_practitioner": _rule("judge", "assessor", "reviewer"),
    "validity.job.rate_statements": _rule("judge", "assessor", "reviewer"),
    "validity.job.close_analysis": _rule("director"),
    "validity.job.withdraw_analysis": _rule("director"),
    "validity.job.adopt_analysis": _rule("board"),
    "validity.job.open_panel": _rule("director"),
    "validity.job.seat_expert": _rule("director"),
    "validity.job.rate_elements": _rule("judge", "assessor", "reviewer"),
    "validity.job.close_panel": _rule("director"),
    "validity.job.withdraw_panel": _rule("director"),
    "validity.job.record_bias_review": _rule("reviewer", "judge"),
    "validity.job.resolve_concern": _rule("director", "approver", "reviewer", "author"),
    "validity.raters.propose_exemplar": _rule("director"),
    "validity.raters.agree_exemplar": _rule("assessor", "judge", "reviewer", "approver", "director", "board"),
    "validity.raters.withdraw_exemplar": _rule("director"),
    "validity.raters.open_session": _rule("director"),
    "validity.raters.mark_exemplar": _rule("assessor"),
    "validity.raters.put_in_force": _rule("director", "approver"),
    "validity.raters.close_session": _rule("director", "approver"),
    "validity.raters.ask_for_retraining": _rule("director", "approver"),
    "validity.raters.confirm_retraining": _rule("director", "approver"),
    "validity.monitoring.store_base_period": _rule("director"),
    "validity.monitoring.ask_for_look": _rule("director"),
    "validity.monitoring.look": _rule("director", "service"),
    "validity.monitoring.acknowledge_alarm": _rule("director", "approver"),
    "validity.monitoring.close_alarm": _rule("director", "approver"),
    "validity.studies.run_study": _rule("director", "service"),
    "validity.datasets.freeze_scores": _rule("director", "service"),
    "validity.datasets.keep_dataset": _rule("director", "service"),
    "validity.datasets.exclude_attempt": _rule("director", "approver"),
    "validity.datasets.lift_exclusion": _rule("director", "approver"),
    "validity.studies.ask_for_study": _rule("director"),
    "validity.studies.stop_study": _rule("director"),
    "validity.studies.keep_study": _rule("director", "service"),
    "validity.studies.freeze_for_run": _rule("service"),
    "validity.studies.note_study_progress": _rule("service"),
    "validity.studies.end_study_run": _rule("service"),
    "validity.cut_scores.hold_angoff_meeting": _rule("director"),
    "validity.cut_scores.hold_borderline_meeting": _rule("director"),
    "validity.cut_scores.adopt_cut_score": _rule("board"),
    "validity.cut_scores.decline_cut_score": _rule("board"),
    "validity.cut_scores.draft_meeting": _rule("director"),
    "validity.cut_scores.describe_borderline": _rule("director"),
    "validity.cut_scores.invite_judges": _rule("director"),
    "validity.cut_scores.open_meeting": _rule("director"),
    "validity.cut_scores.admit_judge": _rule("director"),
    "validity.cut_scores.start_training": _rule("director"),
    "validity.cut_scores.start_practice": _rule("director"),
    "validity.cut_scores.open_round": _rule("director"),
    "validity.cut_scores.close_round": _rule("director"),
    "validity.cut_scores.reopen_round": _rule("director"),
    "validity.cut_scores.add_note": _rule("director"),
    "validity.cut_scores.exclude_judge": _rule("director"),
    "validity.cut_scores.include_judge": _rule("director"),
    "validity.cut_scores.close_meeting": _rule("director"),
    "validity.cut_scores.abandon_meeting": _rule("director"),
    "validity.cut_scores.record_leaving": _rule("director", "judge", unless=_may_speak_of("judge_id")),
    "validity.cut_scores.record_return": _rule("director"),
    "validity.cut_scores.declare_experience": _rule("judge", unless=_sits_on_the_panel),
    "validity.cut_scores.agree_to_description": _rule("judge", unless=_sits_on_the_panel),
    "validity.cut_scores.save_ratings": _rule("judge", unless=_sits_on_the_panel),
    "validity.cut_scores.write_dissent": _rule("judge", unless=_sits_on_the_panel),
    # awards
    "awards.decide": _rule("director", "service"),
    "awards.review_near_cut": _rule("director", "approver"),
    "awards.approve": _rule("approver", "director"),
    "awards.waive": _rule("director", "approver"),
    "awards.releases.propose_release": _rule("director"),
    "awards.releases.sign_release": _rule("director", "approver", "board"),
    "awards.releases.withdraw_release": _rule("director", "approver", "board"),
    "awards.reviews.open_reviews": _rule("director", "service"),
    "awards.reviews.decide_reviewed": _rule("director"),
    "awards.issue": _rule("director", "service"),
    "awards.issue_all": _rule("director"),
    "awards.revoke": _rule("director"),
    "awards.suspend": _rule("director"),
    "awards.reinstate": _rule("director"),
}
"""Every action that may be asked for from outside. A test holds each against the function it names."""

INTERNAL: frozenset[str] = frozenset(
    {
        # called by the door, by the sequencer's task or by other actions only
        "ledger.record",
        "ledger.record_row",
        "ledger.record_rows",
        "ledger.follow",
        "ledger.follow_later",
        "ledger.settle",
        "ledger.note_changes",
        "ledger.tell",
        "ledger.sequence",
        "ledger.checkpoint",
        "ledger.erase_salts",
        "ledger.forget_arguments",
        "people.service_account",
        "sittings.report_health",
        "people.record_holding",
        "people.change_holding",
        "sittings.agents.note_contact",
        "sittings.agents.note_request",
        "attempts.forget_person",
        "awards.forget_credentials",
        "proctoring.forget_incidents",
        "validity.datasets.forget_names",
        "validity.job.forget_answers",
    }
)
"""Actions that no outside request can name."""
