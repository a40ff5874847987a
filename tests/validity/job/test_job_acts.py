"""Studying a job through the door: who may, in which order, what is refused, and what the ledger notices."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from assess import door
from assess.ledger import actions as ledger
from assess.ledger.queries import compare
from assess.management.world.job import study_the_job, survey_text
from assess.validity.errors import ValidityError
from assess.validity.job import frozen
from assess.validity.job.models import (
    BiasConcern,
    BiasReview,
    ContentPanel,
    ElementRating,
    JobAnalysis,
    PanelExpert,
    Respondent,
    StatementRating,
)
from assess.validity.job.queries import job_evidence
from assess.validity.job.reduction import REVIEW
from tests.validity.job.job_scene import Guild
from tests.validity.job.job_scene import built_guild as built_guild
from tests.validity.job.job_scene import guild as guild

RATING = {"done": "yes", "importance": "5", "frequency": "4", "harm": "3", "learned": "before"}


def refused(guild: Guild, account: Any, action: str, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ValidityError) as found:
        guild.act(account, action, **arguments)
    return found.value.code, str(found.value)


def opened(guild: Guild) -> JobAnalysis:
    made: JobAnalysis = guild.act(
        guild.people.director, "open_analysis", scheme_version_id=guild.version.pk, definition=guild.job.document
    )
    return made


def closed(guild: Guild, *, practitioners: int = 42) -> JobAnalysis:
    analysis = opened(guild)
    text = survey_text(guild.job, practitioners)
    guild.act(guild.people.director, "import_survey", analysis_id=analysis.pk, text=text)
    found: JobAnalysis = guild.act(guild.people.director, "close_analysis", analysis_id=analysis.pk)
    return found


def rulings(analysis: JobAnalysis) -> dict[str, dict[str, Any]]:
    verdicts = (analysis.result or {})["verdicts"]
    return {one["statement"]: {"keep": True, "reason": "all do it"} for one in verdicts if one["verdict"] == REVIEW}


def test_nothing_is_known_before_anybody_asked(guild: Guild) -> None:
    found = job_evidence(guild.version.pk)
    assert found.analysis is None
    assert found.content is None
    assert found.weights == ()
    assert found.lacking == (
        "No job-task analysis is adopted.",
        "No content panel is closed: no experts have said that items and criteria belong to the job.",
        "Nobody has read items and criteria for bias and sensitivity.",
    )
    assert len(found.bias.missing) == 72


def test_one_analysis_is_open_at_a_time_and_about_its_own_scheme(guild: Guild) -> None:
    opened(guild)
    again = {"scheme_version_id": guild.version.pk, "definition": guild.job.document}
    assert refused(guild, guild.people.director, "open_analysis", **again)[0] == "open"
    other = {**guild.job.document, "credential": "MC-PVS"}
    code, said = refused(guild, guild.people.director, "open_analysis", **again | {"definition": other})
    assert (code, said.partition(",")[0]) == ("job-definition", "The list JTA-ECW is about MC-PVS")


def test_a_survey_is_taken_whole_or_not_at_all(guild: Guild) -> None:
    analysis = opened(guild)
    text = survey_text(guild.job, 5)
    wrong = text.replace("R03,", "Eva Muster,", 1)
    code, said = refused(guild, guild.people.director, "import_survey", analysis_id=analysis.pk, text=wrong)
    assert code == "survey"
    assert "holds a name or an address" in said
    assert analysis.respondents.count() == 0
    taken: JobAnalysis = guild.act(guild.people.director, "import_survey", analysis_id=analysis.pk, text=text)
    assert (taken.respondents.count(), taken.simulated) == (5, True)
    assert refused(guild, guild.people.director, "import_survey", analysis_id=analysis.pk, text=text)[0] == "answered"


@pytest.mark.slow
def test_a_practitioner_rates_and_a_later_rating_leaves_the_earlier_one_standing(guild: Guild) -> None:
    analysis, judge = opened(guild), guild.people.judges[0]
    rate = {"analysis_id": analysis.pk, "ratings": [RATING | {"statement": "ECW-J01"}]}
    assert refused(guild, judge, "rate_statements", **rate)[0] == "not-described"
    about = {"analysis_id": analysis.pk, "region": "North", "years": "3-5", "setting": "own firm"}
    assert refused(guild, judge, "describe_practitioner", **about | {"region": "Mars"})[0] == "not-described"
    respondent = guild.act(judge, "describe_practitioner", **about)
    assert respondent.label.startswith("S-")
    guild.act(judge, "rate_statements", **rate)
    guild.act(judge, "rate_statements", **rate | {"ratings": [{"statement": "ECW-J01", "done": "no"}]})
    assert refused(guild, judge, "rate_statements", **rate | {"ratings": [{"statement": "ECW-J01"}]}) == (
        "rating",
        "ECW-J01: choose done.",
    )
    rows = StatementRating.objects.filter(respondent=respondent).order_by("number")
    assert [(row.number, row.done) for row in rows] == [(1, True), (2, False)]
    closing: JobAnalysis = guild.act(guild.people.director, "close_analysis", analysis_id=analysis.pk)
    assert closing.dataset is not None
    assert closing.dataset["ratings"] == [[0, 0, 0, 0, 0, 0, 0]]
    assert str(judge.pk) not in str(closing.dataset)
    assert refused(guild, judge, "rate_statements", **rate)[0] == "closed"


def test_nothing_is_closed_without_a_rating(guild: Guild) -> None:
    analysis = opened(guild)
    assert refused(guild, guild.people.director, "close_analysis", analysis_id=analysis.pk)[0] == "no-ratings"


@pytest.mark.slow
def test_a_board_adopts_with_reasons_and_not_who_ran_it(guild: Guild) -> None:
    analysis = closed(guild)
    board = guild.people.board
    asked: dict[str, Any] = {"analysis_id": analysis.pk, "board": "Board", "rulings": rulings(analysis)}
    with pytest.raises(door.Forbidden):
        guild.act(guild.people.director, "adopt_analysis", **asked)
    assert refused(guild, board, "adopt_analysis", **asked | {"board": " "})[0] == "board"
    code, said = refused(guild, board, "adopt_analysis", **asked | {"rulings": {}})
    assert (code, said) == ("ruling", "The rules leave ECW-J16 to the board: say what becomes of it, and why.")
    reasonless = {"ECW-J16": {"keep": True, "reason": ""}}
    assert refused(guild, board, "adopt_analysis", **asked | {"rulings": reasonless})[0] == "ruling"
    adopted: JobAnalysis = guild.act(board, "adopt_analysis", **asked)
    assert adopted.state == "adopted"
    assert refused(guild, board, "adopt_analysis", **asked)[0] == "adopted"
    found = job_evidence(guild.version.pk)
    assert found.analysis is not None
    assert (found.analysis.practitioners, found.analysis.enough) == (42, True)
    kept = {one.identifier: one for one in found.analysis.statements}
    assert kept["ECW-J16"].kept
    assert kept["ECW-J16"].sentence.startswith("Kept by the board: all do it.")
    assert not kept["ECW-J17"].kept
    assert {gap.what for gap in found.coverage.gaps if gap.kind == "untested"} == {"ECW-J03", "ECW-J16"}


@pytest.mark.slow
def test_who_opened_an_analysis_never_adopts_it_not_even_past_the_action(guild: Guild) -> None:
    analysis = closed(guild)
    with pytest.raises(IntegrityError), transaction.atomic():
        JobAnalysis.objects.filter(pk=analysis.pk).update(
            state="adopted", adopted_by=guild.people.director, adopted_at=timezone.now(), board="Board"
        )


@pytest.mark.slow
def test_fewer_practitioners_than_asked_for_need_the_boards_reason(guild: Guild) -> None:
    analysis = closed(guild, practitioners=12)
    asked: dict[str, Any] = {"analysis_id": analysis.pk, "board": "Board"}
    assert refused(guild, guild.people.board, "adopt_analysis", **asked)[0] == "too-few"
    guild.act(guild.people.board, "adopt_analysis", **asked, remark="There are twenty such people in the country.")
    found = job_evidence(guild.version.pk)
    assert found.analysis is not None
    assert not found.analysis.enough
    assert {one.verdict for one in found.weights} == {"not enough evidence"}
    assert any("fewer practitioners than its rules ask for" in one for one in found.lacking)


def panel_of(guild: Guild) -> ContentPanel:
    made: ContentPanel = guild.act(guild.people.director, "open_panel", scheme_version_id=guild.version.pk)
    return made


@pytest.mark.slow
def test_a_seat_needs_a_verified_qualification_and_relations_need_a_reason(guild: Guild) -> None:
    panel, people = panel_of(guild), guild.people
    judge = people.judges[0]
    nothing = {"panel_id": panel.pk, "account_id": judge.pk, "certificate_id": panel.pk}
    code, said = refused(guild, people.director, "seat_expert", **nothing)
    assert code == "not-qualified"
    assert "has no such certificate that somebody verified" in said
    old = guild.certify(judge, days=-3)
    seat = nothing | {"certificate_id": old.pk}
    assert "ran out on" in refused(guild, people.director, "seat_expert", **seat)[1]
    seat |= {"certificate_id": guild.certify(judge).pk}
    stranger = seat | {"account_id": people.proctors[0].pk}
    assert refused(guild, people.director, "seat_expert", **stranger)[0] == "not-an-expert"
    assert guild.act(people.director, "seat_expert", **seat).qualification.startswith("EVD-EXPERT, Guild, ")
    assert refused(guild, people.director, "seat_expert", **seat)[0] == "seated"

    other = people.judges[1]
    candidate = people.candidates[0]
    asked = {"candidate_id": candidate.pk, "scheme_version_id": guild.version.pk}
    door.act(people.acts_as(people.director), "attempts.register", **asked)
    declared = {"person_id": other.pk, "candidate_id": candidate.pk, "relation": "trainer"}
    door.act(people.acts_as(people.director), "people.declare_conflict", **declared)
    seat = {"panel_id": panel.pk, "account_id": other.pk, "certificate_id": guild.certify(other).pk}
    code, said = refused(guild, people.director, "seat_expert", **seat)
    assert code == "conflict"
    assert "Declared a relation to 1 candidate of this scheme" in said
    seated = guild.act(people.director, "seat_expert", **seat, accepted_because="rates no person")
    assert seated.accepted_because == "rates no person"


def test_experts_rate_what_they_did_not_write(guild: Guild) -> None:
    panel, people = panel_of(guild), guild.people
    judge = people.judges[0]
    rate: dict[str, Any] = {"panel_id": panel.pk, "ratings": [{"element": "ECW-001", "necessity": 3, "relevance": 4}]}
    assert refused(guild, judge, "rate_elements", **rate)[0] == "no-seat"
    seat = {"panel_id": panel.pk, "account_id": judge.pk, "certificate_id": guild.certify(judge).pk}
    guild.act(people.director, "seat_expert", **seat)
    guild.act(judge, "rate_elements", **rate)
    for wrong in ({"necessity": 4}, {"relevance": None}, {"necessity": True}, {"element": "ECW-999"}):
        bad = [rate["ratings"][0] | wrong]
        assert refused(guild, judge, "rate_elements", **rate | {"ratings": bad})[0] == "rating"
    for one in panel.elements:
        one["author"] = str(judge.pk)
    panel.save()
    assert refused(guild, judge, "rate_elements", **rate)[0] == "own-element"
    done: ContentPanel = guild.act(people.director, "close_panel", panel_id=panel.pk)
    assert done.result is not None
    verdicts = {one["element"]: one for one in done.result["elements"]}
    assert verdicts["ECW-001"]["verdict"] == "not enough evidence"
    assert verdicts["ECW-001"]["sentence"] == "1 expert rated it; 8 are needed."
    assert refused(guild, people.director, "close_panel", panel_id=panel.pk)[0] == "closed"


@pytest.mark.slow
def test_a_concern_blocks_until_another_person_resolves_it(guild: Guild) -> None:
    people = guild.people
    read: dict[str, Any] = {"scheme_version_id": guild.version.pk, "elements": ["ECW-001", "PT-ECW-1.01"]}
    assert refused(guild, people.judges[0], "record_bias_review", **read | {"elements": []})[0] == "nothing-read"
    assert refused(guild, people.judges[0], "record_bias_review", **read | {"elements": ["X"]})[0] == "no-such-element"
    concern = {"element": "ECW-001", "code": "language", "words": "‘Point of isolation’ is not used here."}
    for wrong in ({"code": "ugly"}, {"words": " "}, {"element": "ECW-002"}):
        bad = [concern | wrong]
        assert refused(guild, people.judges[0], "record_bias_review", **read, concerns=bad)[0] == "concern"
    guild.act(people.judges[0], "record_bias_review", **read, concerns=[concern])
    state = job_evidence(guild.version.pk).bias
    assert (state.reviewed, len(state.missing), len(state.open), state.sound) == (2, 70, 1, False)
    found = BiasConcern.objects.get()
    kept = {"concern_id": found.pk, "resolution": "kept", "reason": "The standard calls it so."}
    changed = kept | {"resolution": "changed"}
    assert refused(guild, people.director, "resolve_concern", **changed)[0] == "unchanged"
    assert refused(guild, people.author, "resolve_concern", **kept)[0] == "own-element"
    assert refused(guild, people.director, "resolve_concern", **kept | {"reason": ""})[0] == "resolution"
    with pytest.raises(IntegrityError), transaction.atomic():
        BiasConcern.objects.update(
            resolution="kept", reason="fine", resolved_by=people.judges[0], resolved_at=timezone.now()
        )
    guild.act(people.director, "resolve_concern", **kept)
    assert refused(guild, people.director, "resolve_concern", **kept)[0] == "resolved"
    assert job_evidence(guild.version.pk).bias.open == ()


def test_an_author_reads_nothing_of_their_own_for_bias(guild: Guild) -> None:
    door.act(
        guild.people.acts_as(guild.people.director),
        "people.give_role",
        account_id=guild.people.author.pk,
        organisation_id=guild.people.organisation.pk,
        role="reviewer",
    )
    from_now = guild.people.author
    guild.people.actors[from_now.pk] = guild.people.acts_as(guild.people.reviewer).__class__(
        from_now.pk, "person", frozenset({"author", "reviewer"})
    )
    read = {"scheme_version_id": guild.version.pk, "elements": ["ECW-001"]}
    code, said = refused(guild, from_now, "record_bias_review", **read)
    assert (code, said) == ("own-element", "You wrote ECW-001; another person reads it for bias.")


@pytest.mark.slow
def test_the_whole_study_stands_in_the_evidence_and_a_later_change_is_found(guild: Guild) -> None:
    study_the_job(guild.people, guild.version)
    found = job_evidence(guild.version.pk)
    assert found.analysis is not None
    assert found.content is not None
    assert (found.analysis.simulated, found.content.simulated, found.bias.simulated) == (True, True, True)
    assert found.coverage.gaps == ()
    assert (found.content.experts, len(found.content.elements), found.bias.sound) == (8, 72, True)
    assert found.waiting is None
    ledger.sequence()
    assert compare()[1] == []
    changes: list[tuple[str, type[Model], dict[str, Any]]] = [
        ("job_analysis", JobAnalysis, {"rulings": {}}),
        ("job_analysis", JobAnalysis, {"dataset": {}}),
        ("content_panel", ContentPanel, {"result": {}}),
        ("panel_expert", PanelExpert, {"qualification": "better"}),
        ("bias_review", BiasReview, {"elements": {}}),
        ("bias_concern", BiasConcern, {"reason": "none"}),
    ]
    for kind, table, change in changes:
        with transaction.atomic():
            row = table._default_manager.first()
            assert row is not None
            table._default_manager.filter(pk=row.pk).update(**change)
            assert [(found.kind, found.record) for found in compare()[1]] == [(kind, str(row.pk))]
            transaction.set_rollback(True)
    assert compare()[1] == []


@pytest.mark.slow
def test_a_single_answer_is_held_against_its_frozen_copy(guild: Guild) -> None:
    study_the_job(guild.people, guild.version)
    analysis, panel = JobAnalysis.objects.get(), ContentPanel.objects.get()
    answer = StatementRating.objects.filter(importance=5).order_by("pk").first()
    judged = ElementRating.objects.filter(relevance=4).order_by("pk").first()
    asked = Respondent.objects.order_by("pk").first()
    assert answer is not None and judged is not None and asked is not None
    ledger.sequence()
    for row, change, record in (
        (answer, {"importance": 4}, analysis),
        (judged, {"relevance": 1}, panel),
        (asked, {"region": "?"}, analysis),
    ):
        with transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**change)
            told = compare()[1]
            assert [one.record for one in told] == [str(record.pk)]
            assert row._meta.db_table in told[0].sentence
            transaction.set_rollback(True)
    with transaction.atomic():
        StatementRating.objects.filter(respondent=asked).delete()
        assert all(asked.label in one.sentence for one in compare()[1]) and compare()[1] != []
        transaction.set_rollback(True)
    assert compare()[1] == []


@pytest.mark.slow
def test_a_content_verdict_is_not_current_once_its_element_is_another(guild: Guild) -> None:
    study_the_job(guild.people, guild.version)
    panel = ContentPanel.objects.get()
    panel.elements[0]["sha256"] = "0" * 64
    dropped = panel.elements.pop()
    assert panel.result is not None
    panel.result["elements"].pop()
    panel.save()
    found = job_evidence(guild.version.pk)
    assert found.content is not None
    assert [one.element for one in found.content.elements if not one.current] == [panel.elements[0]["id"]]
    assert found.content.missing == (dropped["id"],)
    assert any(said.startswith("New or changed since the content panel:") for said in found.lacking)


@pytest.mark.slow
def test_an_opened_analysis_waits_beside_the_adopted_one(guild: Guild) -> None:
    adopted = study_the_job(guild.people, guild.version)
    later = opened(guild)
    found = job_evidence(guild.version.pk)
    assert found.analysis is not None
    assert found.waiting is not None
    assert (found.analysis.id, found.waiting.id) == (str(adopted.pk), str(later.pk))
    assert found.waiting.reliability["reason"] == "the survey is still open"
    assert later.opened_at - adopted.opened_at < timedelta(minutes=1)


@pytest.mark.slow
def test_a_person_who_is_erased_leaves_answers_and_the_ledger_whole(guild: Guild) -> None:
    analysis, people = opened(guild), guild.people
    judge = people.judges[0]
    about = {"analysis_id": analysis.pk, "region": "North", "years": "3-5", "setting": "own firm"}
    respondent = guild.act(judge, "describe_practitioner", **about)
    guild.act(judge, "rate_statements", analysis_id=analysis.pk, ratings=[RATING | {"statement": "ECW-J01"}])
    panel = panel_of(guild)
    seat = {"panel_id": panel.pk, "account_id": judge.pk, "certificate_id": guild.certify(judge).pk}
    expert = guild.act(people.director, "seat_expert", **seat)
    said = [{"element": "ECW-001", "necessity": 3, "relevance": 4, "comment": "as we do it at my firm"}]
    guild.act(judge, "rate_elements", panel_id=panel.pk, ratings=said)
    before = guild.act(people.director, "close_analysis", analysis_id=analysis.pk).dataset_sha256
    asked = {"account_id": judge.pk, "ground": "request of 1 November"}
    erasure = door.act(people.acts_as(people.director), "people.propose_erasure", **asked)
    door.act(people.acts_as(people.second_director), "people.erase_person", erasure_id=erasure.pk)
    respondent.refresh_from_db()
    analysis.refresh_from_db()
    assert respondent.account_id is None
    assert expert.ratings.get().comment == ""
    assert frozen.sha256_of(analysis.dataset or {}) == before
    ledger.sequence()
    assert compare()[1] == []


@pytest.mark.slow
def test_an_analysis_or_a_panel_opened_by_mistake_is_withdrawn_with_a_reason(guild: Guild) -> None:
    director = guild.people.director
    analysis, panel = opened(guild), panel_of(guild)
    assert refused(guild, director, "withdraw_analysis", analysis_id=analysis.pk, reason=" ")[0] == "reason"
    assert refused(guild, director, "withdraw_panel", panel_id=panel.pk, reason="")[0] == "reason"
    guild.act(director, "withdraw_analysis", analysis_id=analysis.pk, reason="the list was last year's")
    guild.act(director, "withdraw_panel", panel_id=panel.pk, reason="a task is still being written")
    code, said = refused(guild, director, "close_analysis", analysis_id=analysis.pk)
    assert (code, said) == ("closed", "This analysis is withdrawn. Open another to ask again.")
    assert opened(guild).number == 2
    assert panel_of(guild).number == 2
    found = job_evidence(guild.version.pk)
    assert found.waiting is not None
    assert (found.waiting.number, found.content) == (2, None)


def test_a_candidate_of_the_scheme_sees_nothing_of_what_is_right(guild: Guild) -> None:
    people, judge = guild.people, guild.people.judges[0]
    panel, certificate = panel_of(guild), guild.certify(judge)
    seat = {"panel_id": panel.pk, "account_id": judge.pk, "certificate_id": certificate.pk}
    guild.act(people.director, "seat_expert", **seat)
    asked = {"candidate_id": judge.pk, "scheme_version_id": guild.version.pk}
    door.act(people.acts_as(people.director), "attempts.register", **asked)
    rating = [{"element": "ECW-001", "necessity": 3, "relevance": 4}]
    assert refused(guild, judge, "rate_elements", panel_id=panel.pk, ratings=rating)[0] == "candidate"
    read = {"scheme_version_id": guild.version.pk, "elements": ["ECW-001"]}
    assert refused(guild, judge, "record_bias_review", **read)[0] == "candidate"
    again = seat | {"account_id": people.judges[1].pk, "certificate_id": guild.certify(people.judges[1]).pk}
    door.act(people.acts_as(people.director), "attempts.register", **asked | {"candidate_id": people.judges[1].pk})
    assert refused(guild, people.director, "seat_expert", **again)[0] == "candidate"
