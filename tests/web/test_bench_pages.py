"""The simulator's pages: one's own, only once it has begun, nothing that tells a key, and live only what the journal holds."""

import copy
import itertools
import json
import time
import uuid
from typing import Any

import pytest

from assess import door
from assess.attempts.conditions import MissingStream
from assess.attempts.journal.append import Acknowledgement, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.models import Stream
from assess.attempts.scoring.evidence_words import simulation_in_words
from assess.management.world.devices import Device
from assess.people.queries import actor
from assess.schemes import queries as schemes
from assess.schemes.simulations import for_adapters
from simulator_adapters.energy import CaseSheet
from simulator_adapters.wiring import WiringTask, observe
from tests.attempts.scenes import content
from tests.web.bench_scene import at_the_bench, begin_bench, bench_address, folded, scored, simulator_part, wiring_of
from tests.web.board import agree
from tests.web.sample_centre import Centre

LIGHT = "SIM-WIRE-1"
LIVE = f"{LIGHT}/live"
PAGES = ("", "tasks", LIVE)
ON: dict[str, Any] = {"Q1": "on", "S1": "on"}


class Bench:
    """The candidate's device at the simulator: it writes and sends at once."""

    def __init__(self, centre: Centre, device: str = "bench", *, takeover: bool = False) -> None:
        self.centre = centre
        self.part = simulator_part(centre)
        asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": "candidate", "device": device}
        granted = door.act(actor(centre.candidate), "attempts.open_stream", **asked, takeover=takeover)
        self.device = Device.of(granted)
        self.client = centre.browser(centre.candidate)

    def say(self, kind: str, **payload: Any) -> None:
        self.device.write(kind, part=self.part, **payload)
        for body in self.device.batches():
            outcome = append([read_batch(body, role="candidate")], server_us=time.time_ns() // 1000)[0]
            assert isinstance(outcome, Acknowledgement)
            self.device.chain.acknowledge(outcome.sequence)

    def draw(self, wires: Any, simulation: str = LIGHT) -> None:
        self.say("wiring", simulation=simulation, wires=[list(wire) for wire in wires])

    def operate(self, simulation: str = LIGHT, /, *, off: bool = False, inject: str = "", **stands: Any) -> None:
        self.say("operate", simulation=simulation, set=stands, off=off, inject=inject)

    def live(self, simulation: str = LIGHT) -> Any:
        return self.client.get(bench_address(self.centre, f"{simulation}/live")).json()


@pytest.fixture
def bench(centre: Centre) -> Bench:
    begin_bench(centre)
    return Bench(centre)


@pytest.mark.parametrize("page", PAGES)
def test_s01_somebody_elses_bench_is_a_page_that_does_not_exist(centre: Centre, page: str) -> None:
    begin_bench(centre)
    people = centre.people
    for account in (people.candidates[1], people.director, people.assessors[0], people.proctors[0], people.author):
        client = centre.browser(account)
        theirs = client.get(bench_address(centre, page))
        unknown = client.get(f"/candidate/attempts/{uuid.uuid4()}/bench/{page}")
        assert (theirs.status_code, unknown.status_code) == (404, 404)
        assert b"There is no such page" in theirs.content


@pytest.mark.parametrize("simulation", ["SIM-WIRE-9", "SIM-RET-1", "x", "%00"])
def test_a_simulation_that_is_not_pinned_has_nothing_to_energise(bench: Bench, simulation: str) -> None:
    assert bench.client.get(bench_address(bench.centre, f"{simulation}/live")).status_code == 404


def test_s16_nothing_is_shown_or_energised_before_the_agreement_and_the_begin(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    assert client.get(bench_address(centre)).headers["Location"].endswith("/before/")
    for page in ("tasks", LIVE):
        assert (
            client.get(bench_address(centre, page)).status_code,
            client.get(bench_address(centre, page)).json()["code"],
        ) == (409, "consent")
    agree(centre)
    waiting = client.get(bench_address(centre, "tasks"))
    assert (waiting.status_code, waiting.json()["code"], waiting.json().get("tasks")) == (409, "not-begun", None)
    assert client.get(bench_address(centre, LIVE)).status_code == 404
    at_the_bench(centre, "begin")
    assert [task["simulation"] for task in client.get(bench_address(centre, "tasks")).json()["tasks"]] == [
        pin["simulation"] for pin in centre.attempt.pins["simulations"]
    ]


# --- what leaves: named fields and nothing else ------------------------------------------------------------------------

CANARY = "CANARY"
SEEN = {"set", "loads", "voltages", "tripped", "within", "fault", "fault_words", "struck_amps", "fault_amps"}
SHOWN = {"simulation", "title", "minutes", "brief", "kind"}
FIELDS = {
    "wiring": SHOWN | {"components", "conductors", "faults"},
    "case": SHOWN | {"facts", "data", "after", "costs", "labels", "sketch", "questions", "ranking"},
    "settings": SHOWN | {"registers", "questions", "profile"},
}
PUBLIC = {
    "id",
    "kind",
    "title",
    "time_limit_min",
    "brief",
    "order",
    "components",
    "facts",
    "data",
    "after",
    "costs",
    "labels",
    "initial",
    "ranking_by",
    "sketch",
    "conductors",
    "injectable",
}
"""What of a stored document a candidate may read as it stands; of a list of answers, what each asks and in which unit."""
STRUCTURE = {
    *("terminals", "component", "loads", "reference_nets", "counter_example_nets", "nets"),
    *("must_reach_pe", "set", "expect", "rule", "ranking_key"),
}
"""What the readers need as it is: these name terminals, states and measures, which are shown anyhow. That it is not shown how
they are joined, expected and ordered is what the test says that turns the key round."""


def planted(value: Any, name: str = "") -> Any:
    """A document with a canary in every text that tells about the key, and a number nobody would guess in every number."""
    if name in STRUCTURE:
        return value
    if isinstance(value, dict):
        kept = {"id", "text", "unit"} if name in ("answers", "derived") else PUBLIC if not name else set()
        return {key: held if key in kept else planted(held, key) for key, held in value.items()}
    if isinstance(value, list):
        return [planted(held, name) for held in value]
    if isinstance(value, bool) or name in ("unit", "model", "point", "index"):
        return value
    return 86421357 if isinstance(value, int | float) else f"{CANARY} {value}"


def simulation_of(document: dict[str, Any]) -> schemes.Simulation:
    wiring = WiringTask.from_document(document) if document["kind"] == "wiring_netlist" else None
    sheet = CaseSheet.from_document(document) if document["kind"] == "retrofit_case" else None
    return schemes.Simulation(document["id"], document["kind"], (), document, wiring, sheet)


DOCUMENTS = {one.identifier: for_adapters(one.document) for one in content().simulations}


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | set().union(*(names_in(held) for held in value.values()))
    return set().union(*(names_in(held) for held in value)) if isinstance(value, list) else set()


def test_s03_no_canary_of_a_key_leaves_with_any_answer_of_the_bench(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every simulation of the content, each planted, through the real pages: the frame, the tasks and a live circuit."""
    everything = tuple(simulation_of(planted(document)) for document in DOCUMENTS.values())
    assert all(CANARY in json.dumps(simulation.document) for simulation in everything)
    light = next(simulation for simulation in everything if simulation.identifier == LIGHT)
    monkeypatch.setattr(schemes, "simulations", lambda pins: [light] if len(pins) == 1 else everything)
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    bench.operate(**ON, inject="line_body_X1")
    pages = {page: bench.client.get(bench_address(bench.centre, page)) for page in PAGES}
    assert {page: answer.status_code for page, answer in pages.items()} == dict.fromkeys(PAGES, 200)
    for answer in pages.values():
        assert CANARY not in answer.content.decode() and "86421357" not in answer.content.decode()
    tasks = pages["tasks"].json()["tasks"]
    assert len(tasks) == len(DOCUMENTS)
    for task in tasks:
        assert set(task) == FIELDS[task["kind"]]
    assert set(pages[LIVE].json()) == SEEN
    assert pages[LIVE].json()["tripped"] == ["Q1"]
    keys = {
        "reference",
        "reference_nets",
        "truth_table",
        "sequence",
        "expect",
        "expected",
        "low",
        "high",
        "formula",
        "inputs",
        "key",
    }
    rules = {
        "rules",
        "extra_rules",
        "must_reach_pe",
        "fault_variants",
        "variants",
        "raw",
        "tol_raw",
        "tolerance_abs",
        "profiles",
        "outcomes",
    }
    assert names_in(tasks) & (keys | rules) == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_presented_is_the_same_whatever_the_key_says(name: str) -> None:
    document = copy.deepcopy(DOCUMENTS[name])
    shown = schemes.presented(simulation_of(document))
    if document["kind"] == "wiring_netlist":
        document["reference_nets"] = document["fault_variants"][0]["nets"]
        for row in document.get("truth_table", document.get("sequence")):
            row["expect"] = {load: not on for load, on in row["expect"].items()}
        document |= {"must_reach_pe": [], "extra_rules": [], "fault_variants": []}
        assert shown["faults"] and not any(fault["fault"] in ("F1", "F2") for fault in shown["faults"])
    for answer in document.get("answers", ()):
        answer |= {"expected": 1.0, "low": 0.0, "high": 2.0, "formula": "1"}
    document.get("ranking_key", []).reverse()
    for register in document.get("key", ()):
        register |= {"value": 7, "raw": 7}
    assert schemes.presented(simulation_of(document)) == shown


def test_the_measures_to_rank_come_in_an_order_that_tells_nothing() -> None:
    for order in itertools.permutations(("attic", "light", "pipe")):
        document = {**DOCUMENTS["SIM-RET-1"], "ranking_key": list(order)}
        assert schemes.presented(simulation_of(document))["ranking"]["measures"] == ["attic", "light", "pipe"]


# --- live follows the journal ------------------------------------------------------------------------------------------


def test_what_is_energised_is_the_drawing_that_was_recorded_last(bench: Bench) -> None:
    reference = wiring_of(bench.centre, LIGHT).reference
    assert bench.live()["loads"] == {"H1": "off", "X1": "off"}
    bench.draw(reference)
    bench.operate(off=True, **ON)
    assert bench.live()["loads"] == {"H1": "on", "X1": "on"}
    bench.draw([wire for wire in reference if "X1.L" not in wire])
    bench.operate(off=True, **ON)
    assert bench.live()["loads"] == {"H1": "on", "X1": "off"}


def test_an_operation_before_the_last_drawing_moves_nothing_any_more(bench: Bench) -> None:
    bench.operate(off=True, **ON)
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    assert bench.live()["set"] == {"Q1": "off", "S1": "off"}


def test_live_is_what_the_engine_sees_of_this_drawing(bench: Bench) -> None:
    task = wiring_of(bench.centre, LIGHT)
    bench.draw(task.reference)
    bench.operate(off=True, **ON)
    expected = observe(task, task.reference, [ON])
    found = bench.live()
    assert found == {
        "set": dict(expected.set),
        "loads": dict(expected.loads),
        "voltages": {terminal: str(volts) for terminal, volts in expected.voltages.items()},
        "tripped": [],
        "within": [],
        "fault": "",
        "fault_words": "",
        "struck_amps": None,
        "fault_amps": None,
    }
    assert found["voltages"]["H1.L"] == str(expected.voltages["H1.L"])


def test_a_contactor_holds_on_from_one_operation_to_the_next_and_lets_go_when_it_is_switched_off(bench: Bench) -> None:
    name = "SIM-WIRE-4"
    bench.draw(wiring_of(bench.centre, name).reference, name)
    rest = {"RCD": "on", "Q1": "on", "S0": "rest", "S1": "rest"}
    bench.operate(name, off=True, **rest)
    bench.operate(name, **rest | {"S1": "pressed"})
    bench.operate(name, **rest)
    assert bench.live(name)["loads"] == {"K1": "on", "EV": "on"}
    bench.operate(name, off=True, **rest)
    assert bench.live(name)["loads"] == {"K1": "off", "EV": "off"}


def test_operations_on_one_board_move_nothing_on_another(bench: Bench) -> None:
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    bench.draw(wiring_of(bench.centre, "SIM-WIRE-2").reference, "SIM-WIRE-2")
    bench.operate("SIM-WIRE-2", off=True, Q1="on", S1="a", S2="a")
    assert bench.live()["set"] == {"Q1": "off", "S1": "off"}


def test_a_second_device_goes_on_with_the_drawing_of_the_first(bench: Bench) -> None:
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    bench.operate(off=True, **ON)
    second = Bench(bench.centre, "another bench", takeover=True)
    assert second.live()["loads"] == {"H1": "on", "X1": "on"}
    second.operate(S1="off")
    assert second.live()["loads"] == {"H1": "off", "X1": "on"}


def test_energising_is_no_part_of_the_score(bench: Bench) -> None:
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    before = scored(bench.centre, LIGHT)
    bench.operate(off=True, **ON)
    bench.operate(Q1="off", S1="on")
    assert len(folded(bench.centre).operations) == 2
    assert scored(bench.centre, LIGHT) == before


# --- faults --------------------------------------------------------------------------------------------------------------


def test_a_fault_strikes_the_live_circuit_and_what_trips_is_told_with_how_fast(bench: Bench) -> None:
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    bench.operate(off=True, **ON)
    bench.operate(inject="line_body_X1")
    found = bench.live()
    assert (found["tripped"], found["within"], found["set"]["Q1"]) == (["Q1"], ["within 0.1 s"], "off")
    assert (found["fault"], found["fault_words"]) == ("line_body_X1", "the line touches the housing of socket X1")
    bench.operate(Q1="on")
    assert bench.live()["loads"] == {"H1": "on", "X1": "on"}, "the fault was taken away with the next operation"


def test_a_housing_without_its_protective_conductor_stays_live_under_the_fault(bench: Bench) -> None:
    bench.draw([wire for wire in wiring_of(bench.centre, LIGHT).reference if "X1.PE" not in wire])
    bench.operate(off=True, **ON)
    bench.operate(inject="line_body_X1")
    assert (bench.live()["tripped"], bench.live()["voltages"]["X1.PE"]) == ([], "228.9")


@pytest.mark.slow
def test_with_the_breaker_off_a_fault_makes_nothing_live(bench: Bench) -> None:
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    bench.operate(off=True, Q1="off", S1="on")
    for fault in ("line_body_X1", "line_neutral_H1", "touch_H1"):
        bench.operate(inject=fault)
        found = bench.live()
        assert (found["tripped"], found["loads"]) == ([], {"H1": "off", "X1": "off"})
        assert {float(volts) for name, volts in found["voltages"].items() if name[:2] in ("H1", "X1")} == {0.0}


@pytest.mark.slow
def test_a_new_drawing_is_whole_again(bench: Bench) -> None:
    reference = wiring_of(bench.centre, LIGHT).reference
    bench.draw(reference)
    bench.operate(off=True, **ON, inject="line_neutral_H1")
    assert bench.live()["tripped"] == ["Q1"]
    bench.draw(reference)
    bench.operate(off=True, **ON)
    assert (bench.live()["tripped"], bench.live()["fault"]) == ([], "")


@pytest.mark.parametrize(
    "fault", ["F1", "overloaded_M1", "counter_example_switch_in_line", "line_body", 7, ["touch_X1"]]
)
@pytest.mark.slow
def test_a_fault_that_the_task_does_not_offer_is_not_injected(bench: Bench, fault: Any) -> None:
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    bench.operate(off=True, **ON, inject=fault)
    found = bench.live()
    assert (found["code"], "can't be injected in this task" in found["sentence"]) == ("unreadable", True)


@pytest.mark.slow
def test_a_task_that_names_no_fault_offers_and_injects_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = simulation_of({key: held for key, held in DOCUMENTS[LIGHT].items() if key != "injectable"})
    monkeypatch.setattr(schemes, "simulations", lambda pins: [plain])
    assert schemes.presented(plain)["faults"] == []
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    bench.operate(off=True, **ON, inject="touch_X1")
    assert "can't be injected in this task" in bench.live()["sentence"]


@pytest.mark.parametrize("name", [name for name, document in DOCUMENTS.items() if document["kind"] == "wiring_netlist"])
@pytest.mark.slow
def test_what_is_seen_under_a_fault_is_the_same_whatever_the_key_says(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    document = copy.deepcopy(DOCUMENTS[name])
    bench.draw(wiring_of(bench.centre, name).reference, name)
    task = wiring_of(bench.centre, name)
    bench.operate(name, off=True, **{part.id: part.at_rest[-1] for part in task.hand_set})
    bench.operate(name, inject=schemes.presented(simulation_of(document))["faults"][0]["fault"])
    before = bench.live(name)
    document["reference_nets"] = document["fault_variants"][0]["nets"]
    for row in document.get("truth_table", document.get("sequence")):
        row["expect"] = {load: not on for load, on in row["expect"].items()}
    document |= {"must_reach_pe": [], "extra_rules": [], "fault_variants": []}
    turned = simulation_of(document)
    monkeypatch.setattr(schemes, "simulations", lambda pins: [turned])
    assert bench.live(name) == before


def test_injecting_is_no_part_of_the_score(bench: Bench) -> None:
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    before = scored(bench.centre, LIGHT)
    bench.operate(off=True, **ON)
    bench.operate(inject="line_body_X1")
    assert scored(bench.centre, LIGHT) == before


# --- conductors with size and colour -------------------------------------------------------------------------------------


def test_conductors_carry_size_length_and_colour_into_the_engine_and_its_rules_alone_judge_them(bench: Bench) -> None:
    reference = wiring_of(bench.centre, LIGHT).reference
    known = {"mm2": "2.5", "metres": "4", "colour": "brown"}
    bench.draw([[*wire, known] for wire in reference])
    bench.operate(off=True, **ON)
    thin = bench.live()
    assert thin["loads"] == {"H1": "on", "X1": "on"}
    found = scored(bench.centre, LIGHT)
    assert (found.share, found.hazards) == (1, ()), "a colour that says something else costs nothing"
    assert any("is brown" in sentence for sentence in found.sentences)
    said = simulation_in_words(LIGHT, bench.centre.lives[0].pinned, folded(bench.centre))
    assert said[0] == "Drawn: SRC.L – Q1.1, 2.5 mm², 4 m, brown"
    bench.draw([[*wire, {"mm2": "0.75"}] for wire in reference])
    assert scored(bench.centre, LIGHT).hazards == ("conductor_too_thin",)


@pytest.mark.slow
def test_drawings_from_before_conductors_had_a_size_still_read(bench: Bench) -> None:
    reference = [list(wire) for wire in wiring_of(bench.centre, LIGHT).reference]
    bench.say("wiring", simulation=LIGHT, wires=reference, colours=["green"] * len(reference))
    bench.operate(off=True, **ON)
    assert bench.live()["loads"] == {"H1": "on", "X1": "on"}
    assert scored(bench.centre, LIGHT).share == 1


@pytest.mark.parametrize(
    ("wires", "sentence"),
    [
        ([["SRC.L", "H9.L"]], "Wire 1 ends at 'H9.L', which is no terminal of this task."),
        ([["SRC.L"]], "Wire 1 is not a pair of terminal names."),
        ([7], "Wire 1 is not a pair of terminal names."),
        ([["SRC.L", "SRC.L"]], "Wire 1 starts and ends at SRC.L."),
        ([["SRC.L", "Q1.1", {"mm2": 0}]], "Wire 1: mm2 is '0'."),
    ],
)
def test_a_wiring_that_cannot_be_read_is_answered_with_a_sentence(
    bench: Bench, wires: list[Any], sentence: str
) -> None:
    bench.say("wiring", simulation=LIGHT, wires=wires)
    found = bench.live()
    assert found["code"] == "unreadable"
    assert found["sentence"].startswith(f"It can't be switched on as it is. {sentence}")


@pytest.mark.parametrize("stands", [{"S9": "on"}, {"S1": "up"}, {"S1": ["on"]}, {"S1": None}])
def test_an_operation_that_cannot_be_carried_out_is_answered_with_a_sentence(
    bench: Bench, stands: dict[str, Any]
) -> None:
    bench.operate(**stands)
    found = bench.live()
    assert (found["code"], "which it can't be set to" in found["sentence"]) == ("unreadable", True)


# --- paused, over, handed in, sealed -----------------------------------------------------------------------------------


def test_while_it_is_paused_nothing_is_energised(bench: Bench) -> None:
    bench.draw(wiring_of(bench.centre, LIGHT).reference)
    at_the_bench(bench.centre, "pause", reason="fire alarm")
    assert bench.live() == {
        "code": "stopped",
        "sentence": "The proctor paused this part. Your drawing is kept; switch on again when it goes on.",
        "state": None,
    }
    at_the_bench(bench.centre, "resume")
    assert bench.live()["loads"] == {"H1": "off", "X1": "off"}


def test_when_the_time_is_over_nothing_is_energised(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time_ns() + 10 * 3600 * 10**9
    monkeypatch.setattr("assess.web.candidate.bench.time.time_ns", lambda: later)
    assert bench.live()["sentence"] == "Time is over. What you drew in time is kept."


def test_after_handing_in_nothing_is_energised(bench: Bench) -> None:
    bench.say("finish")
    assert bench.live()["sentence"] == "You have handed this part in. What you drew is kept."


def test_under_the_seal_nothing_is_energised_and_no_task_is_shown(bench: Bench) -> None:
    open_yet = [
        MissingStream(stream.pk, stream.head_sequence + 1, "left open")
        for stream in Stream.objects.filter(subject=bench.centre.attempt.pk)
    ]
    asked = {"attempt_id": bench.centre.attempt.pk, "missing": open_yet}
    door.act(actor(bench.centre.people.director), "attempts.seal_attempt", **asked)
    assert bench.live()["sentence"] == "This attempt is sealed. What you drew stands under its seal."
    tasks = bench.client.get(bench_address(bench.centre, "tasks"))
    assert (tasks.status_code, tasks.json()["code"]) == (409, "sealed")


def test_pages_of_the_bench_hold_no_script_of_their_own_and_only_ask(bench: Bench) -> None:
    page = bench.client.get(bench_address(bench.centre)).content.decode()
    assert "<style" not in page and " style=" not in page and " onclick" not in page
    for name in PAGES:
        assert bench.client.post(bench_address(bench.centre, name)).status_code == 405
