"""The pages of the job without a browser: what is checked is not taken, what is said is kept, and who sees what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assess.management.world.job import study_the_job, survey_text
from assess.validity.job.definition import read_jobs
from assess.validity.job.models import JobAnalysis, StatementRating
from assess.validity.job.queries import job_evidence
from tests.validity.job.job_scene import JOBS, Guild
from tests.validity.job.job_scene import built_guild as built_guild
from tests.validity.job.job_scene import guild as guild

JOB = read_jobs(JOBS)["MC-ECW"]


def sent(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


@pytest.fixture
def analysis(guild: Guild) -> JobAnalysis:
    """Opened on the page, with the bundled list of job tasks."""
    director = guild.browser(guild.people.director)
    here = f"/director/schemes/{guild.version.pk}/job/"
    definition = sent("jobs.yaml", JOBS.read_text(encoding="utf-8"))
    answer = director.post(here, {"act": "open", "definition": definition}, follow=True)
    assert "Analysis 1 is open" in answer.content.decode()
    return JobAnalysis.objects.get()


@pytest.mark.slow
def test_a_list_with_mistakes_opens_nothing_and_is_told_with_its_places(guild: Guild) -> None:
    director = guild.browser(guild.people.director)
    here = f"/director/schemes/{guild.version.pk}/job/"
    wrong = JOBS.read_text(encoding="utf-8").replace("kind: task", "kind: chore", 1)
    said = director.post(here, {"act": "open", "definition": sent("jobs.yaml", wrong)}, follow=True).content.decode()
    assert "statements[ECW-J01].kind: is &#x27;chore&#x27;; use one of task, knowledge." in said
    said = director.post(here, {"act": "open", "definition": sent("jobs.yaml", "a: [")}, follow=True).content.decode()
    assert "The file line" in said
    assert not JobAnalysis.objects.exists()


def test_a_survey_that_is_checked_is_not_taken(guild: Guild, analysis: JobAnalysis) -> None:
    director = guild.browser(guild.people.director)
    here = f"/director/schemes/{guild.version.pk}/job/"
    text = survey_text(JOB, 4)
    page = director.post(here, {"act": "check", "survey": sent("s.csv", text)}).content.decode()
    assert "The file can be taken: 4 respondents" in page
    wrong = text.replace("R02,", "Eva Muster,", 1)
    page = director.post(here, {"act": "import", "survey": sent("s.csv", wrong)}).content.decode()
    assert "holds a name or an address. Write a label such as R07" in page
    assert "Eva Muster" not in page
    assert analysis.respondents.count() == 0
    director.post(here, {"act": "import", "survey": sent("s.csv", text)})
    assert analysis.respondents.count() == 4
    template = director.get(f"/director/job/{analysis.pk}/survey.csv").content.decode()
    assert template.splitlines()[0].endswith("importance,frequency,harm,learned")


def test_a_practitioner_describes_themselves_and_rates(guild: Guild, analysis: JobAnalysis) -> None:
    browser = guild.browser(guild.people.judges[0])
    here = f"/expert/jobs/{analysis.pk}/"
    assert "Three questions about you" in browser.get(here).content.decode()
    browser.post(here, {"act": "about", "region": "North", "years": "6-10", "setting": "own firm"})
    assert JOB.statements[0].words in browser.get(here).content.decode()
    nothing = browser.post(here, {"statement": "ECW-J01", "done": "yes"}, follow=True).content.decode()
    assert "ECW-J01: choose importance, frequency, harm, learned." in nothing
    browser.post(here, {"statement": "ECW-J01", "done": "no", "importance": "4"})
    row = StatementRating.objects.get()
    assert (row.done, row.importance) == (False, None)
    assert JOB.statements[1].words in browser.get(here).content.decode()


@pytest.mark.slow
def test_a_board_adopts_and_everybody_of_the_scheme_reads(guild: Guild) -> None:
    study_the_job(guild.people, guild.version)
    found = job_evidence(guild.version.pk)
    assert found.analysis is not None
    for account in (guild.people.director, guild.people.board, guild.people.approvers[0]):
        page = guild.browser(account).get(f"/director/schemes/{guild.version.pk}/job/").content.decode()
        assert "Made-up people." in page
        assert all(said.replace("'", "&#x27;") in page for said in found.sentences)
    page = guild.browser(guild.people.director).get(f"/director/schemes/{guild.version.pk}/content/").content.decode()
    assert "Aiken V<small>95 % interval</small>" in page
    assert "Panel 1: 8 experts on 72 elements" in page
    assert "Read, nothing open" in page
