"""Pages of retrofit cases: who sees them, asking for a computation, how far it is, stopping it, and what it came to."""

import json
import re
import uuid
from io import StringIO

import pytest
from django.core.management import call_command

from assess import door, tasks
from assess.ledger import queries as ledger
from assess.people.queries import actor
from assess.schemes.computations import queries as computations
from assess.schemes.computations.actions import Computed
from assess.schemes.computations.models import CaseComputation, CaseRun
from assess.schemes.errors import SchemeError
from assess.schemes.models import SimulationVersion
from simulator_adapters.energy.energyplus import available
from tests.web.sample_centre import Centre

needs_engine = pytest.mark.skipif(not available(), reason="EnergyPlus is not installed (the extra [energyplus])")


def case(name: str) -> SimulationVersion:
    found = computations.case_called(name)
    assert found is not None
    return found


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.slow
def test_an_author_computes_a_case_of_bills_and_reads_its_line(centre: Centre) -> None:
    author, bills = centre.browser(centre.people.author), case("SIM-RET-3")
    page = author.get("/author/cases/").content.decode()
    assert page.count("Not computed yet") == 3 and 'href="/author/cases/" aria-current="page"' in page
    path = f"/author/cases/{bills.pk}/"
    assert "Its formulas and bills are worked out again" in author.get(path).content.decode()
    page = author.post(f"{path}compute/", follow=True).content.decode()
    assert "Under way" in page and "Waits for a worker" in page and 'hx-trigger="every 2s"' in page
    again = author.post(f"{path}compute/", follow=True).content.decode()
    assert "A computation of SIM-RET-3 is under way since" in words(again)

    tasks.work_outbox()
    kept = CaseComputation.objects.get()
    assert (kept.number, kept.engine, kept.content_hash) == (1, "", bills.content_hash)
    page = author.get(path).content.decode()
    assert "Nothing that was computed disagrees with the key." in page
    assert "Slope 70.044 (69.205 to 70.882)" in words(page)
    assert "there is nothing for a building model to compute" in page
    assert page.count('class="case-point"') == 12
    assert author.get(f"{path}runs", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"

    author.post(f"{path}compute/")
    tasks.work_outbox()
    assert CaseComputation.objects.count() == 1, "what comes out as before is not kept twice"
    assert "It came out as computation 1 did" in author.get(path).content.decode()
    _, problems = ledger.compare()[:2]
    assert not [one for one in problems if "case" in str(one)]


@pytest.mark.slow
def test_a_computation_is_stopped_by_a_name_and_keeps_nothing(centre: Centre) -> None:
    director, bills = centre.browser(centre.people.director), case("SIM-RET-3")
    path = f"/author/cases/{bills.pk}/"
    director.post(f"{path}compute/")
    run = CaseRun.objects.get()
    page = director.post(f"/author/case-runs/{run.pk}/stop/", follow=True).content.decode()
    assert "Stopped." in page and f"{centre.people.director} stopped it" in words(page)
    tasks.work_outbox()
    assert not CaseComputation.objects.exists()
    page = director.post(f"/author/case-runs/{run.pk}/stop/", follow=True).content.decode()
    assert "This computation is not under way any more." in page
    run.refresh_from_db()
    assert run.stopped_by == centre.people.director


def test_s01_cases_are_for_authors_and_directors_alone(centre: Centre) -> None:
    bills, people = case("SIM-RET-3"), centre.people
    for account in (centre.candidate, people.approvers[0], people.board, centre.lives[0].posts["assessor:1"]):
        client = centre.browser(account)
        for path in ("", f"{bills.pk}/", f"{bills.pk}/runs", f"{uuid.uuid4()}/"):
            assert client.get(f"/author/cases/{path}").status_code == 404
        assert client.post(f"/author/cases/{bills.pk}/compute/").status_code == 404
        with pytest.raises(door.Forbidden):
            door.act(actor(account), "schemes.computations.ask_for_computation", simulation_id=bills.pk)
    author = centre.browser(people.author)
    assert author.get(f"/author/cases/{uuid.uuid4()}/").status_code == 404
    assert not CaseRun.objects.exists()


def test_only_a_published_case_has_a_key_to_compute(centre: Centre) -> None:
    wiring = SimulationVersion.objects.filter(kind=SimulationVersion.Kind.WIRING).first()
    assert wiring is not None
    with pytest.raises(SchemeError, match="no published case sheet"):
        door.act(actor(centre.people.author), "schemes.computations.ask_for_computation", simulation_id=wiring.pk)


def test_where_key_and_computation_disagree_the_page_says_so_and_the_key_stays(centre: Centre) -> None:
    heat = case("SIM-RET-2")
    before = heat.document
    document = {
        "format": "assayer/key-check@1", "case": "SIM-RET-2", "ranking": None, "regression": None, "building": None,
        "not_computed": [],
        "keys": [{"id": "save", "text": "yearly saving", "unit": "{currency}/a", "expected": "6661.765", "low": "6328.676",
                  "high": "6994.853", "computed": "7000.000000", "agrees": False,
                  "sentence": "yearly saving: the formula gives 7000.000000, expected is 6661.765. The key stays as it is."}],
    }  # fmt: skip
    said = {"simulation_id": heat.pk, "found": Computed(document)}
    door.act(actor(centre.people.author), "schemes.computations.keep_computation", **said)
    author = centre.browser(centre.people.author)
    page = author.get(f"/author/cases/{heat.pk}/").content.decode()
    assert "Key and computation disagree." in page
    assert "Yearly saving: the formula gives 7000.000000, expected is 6661.765. The key stays as it is." in words(page)
    assert "1 to look at" in author.get("/author/cases/").content.decode()
    assert case("SIM-RET-2").document == before


def test_the_command_computes_keeps_and_says(centre: Centre) -> None:
    out = StringIO()
    call_command("recompute", "SIM-RET-2", "--json", stdout=out, stderr=StringIO())
    told = json.loads(out.getvalue())
    assert (told["computation"], told["agrees"], told["engine"]) == (1, True, "")
    out = StringIO()
    call_command("recompute", "SIM-RET-2", stdout=out, stderr=StringIO())
    assert "5 answers worked out again from formulas and bills." in out.getvalue()
    assert "Nothing that was computed disagrees with the key." in out.getvalue()
    with pytest.raises(SystemExit) as ended:
        call_command("recompute", "SIM-NONE", stdout=StringIO(), stderr=(refused := StringIO()))
    assert ended.value.code == 2
    assert "Published are: SIM-RET-1, SIM-RET-2, SIM-RET-3." in refused.getvalue()


@pytest.mark.slow
@needs_engine
def test_a_building_is_computed_on_energyplus_and_drawn(centre: Centre) -> None:
    author, flats = centre.browser(centre.people.author), case("SIM-RET-1")
    path = f"/author/cases/{flats.pk}/"
    author.post(f"{path}compute/")
    tasks.work_outbox()
    kept = CaseComputation.objects.get()
    assert kept.engine == "EnergyPlus 25.2.0"
    page = author.get(path).content.decode()
    assert page.count("case-engine") >= 5 and page.count("case-hourly") >= 3
    text = words(page)
    assert "It lies 11 % below the key" in text and "Key and computation disagree." in text
    assert "The pipes run outside the heated zone" in text
    run = CaseRun.objects.get()
    assert (run.state, run.done, run.of) == ("done", 6, 6)
