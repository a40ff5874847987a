"""A real sitting's dossier: written by the command, followed from claims to raw entries, and every changed record found."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from assess import door
from assess.attempts.models import Seal
from assess.awards.dossier import dossier_of
from assess.validity.cut_scores.models import CutScore
from assess.validity.dossier import follow, followed
from assess.validity.dossier.trail import without_leaf
from tests.snapshots import as_built
from tests.web.lived_centre import Lived, live_a_sitting

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lived() -> Lived:
    found = as_built("lived", live_a_sitting)
    actor = found.people.acts_as(found.people.director)
    door.act(actor, "validity.studies.run_study", scheme_version_id=found.version.pk)
    door.act_on_all(actor, "awards.decide", ({"attempt_id": attempt.pk} for attempt in found.attempts))
    # the scene takes an adoption back behind the ledger's back; what is said of a changed record is tested below
    waiting = CutScore.objects.filter(scheme_version=found.version, adopted_by=None).first()
    if waiting is not None:
        door.act(
            found.people.acts_as(found.people.board),
            "validity.cut_scores.adopt_cut_score",
            cut_score_id=waiting.pk,
            board="B",
        )
    return found


def written(tmp_path: Path, *entries: str) -> followed.Files:
    call_command("dossier", "MC-ECW", output=tmp_path / "out", entries=list(entries), verbosity=0)
    call_command("export_ledger", str(tmp_path / "ledger.jsonl"))
    return followed.read(tmp_path / "out", tmp_path / "ledger.jsonl")


def test_every_file_is_written_and_five_claims_lead_to_sealed_entries(lived: Lived, tmp_path: Path) -> None:
    seal = Seal.objects.order_by("pk").first()
    assert seal is not None
    files = written(tmp_path, str(seal.pk))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    meetings = {
        str(pk) for pk in CutScore.objects.filter(scheme_version=lived.version).values_list("meeting", flat=True)
    }
    assert {name for name in names if name.startswith("ratings-")} == {f"ratings-{one}.jsonl" for one in meetings}
    assert {name for name in names if not name.startswith("ratings-")} == {
        "dossier.html",
        "dossier.pdf",
        "dossier.json",
        "evidence.jsonl",
        "dataset.json",
        f"entries-{seal.pk}.jsonl",
    }
    for claim in ("structure/reliability", "assessors/agreement", "relations", "responding/record", "cut"):
        found = list(follow.follow(files, follow.cited(files, claim)))
        assert found and all(one.holds for one in found), [one for one in found if not one.holds]
    reached = [one for one in follow.follow(files, follow.cited(files, "structure/reliability")) if one.kind == "seal"]
    assert len(reached) == len(lived.attempts)
    (mine,) = [one for one in reached if one.id == str(seal.pk)]
    assert mine.sentence.count("chain up to the sealed head") == len(seal.document["heads"])


def test_every_cited_record_has_its_leaf(lived: Lived, tmp_path: Path) -> None:
    written(tmp_path)
    assert without_leaf(dossier_of(lived.version).trail) == []


def test_a_cited_record_that_was_changed_is_found(lived: Lived, tmp_path: Path) -> None:
    cut = CutScore.objects.filter(scheme_version=lived.version).order_by("pk").first()
    assert cut is not None
    CutScore.objects.filter(pk=cut.pk).update(method="another method")
    files = written(tmp_path)
    wrong = [one for one in follow.follow(files, follow.cited(files, "cut")) if not one.holds]
    assert [(one.kind, one.id) for one in wrong] == [("cut", str(cut.pk))]
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger")
    assert ended.value.code == 1


def test_an_entry_or_a_score_that_was_changed_is_found(
    lived: Lived, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seal = Seal.objects.order_by("pk").first()
    assert seal is not None
    written(tmp_path, str(seal.pk))
    path = tmp_path / "out" / f"entries-{seal.pk}.jsonl"
    lines = path.read_text().splitlines()
    entry = json.loads(lines[0])
    path.write_text("\n".join([json.dumps(entry | {"device_ms": entry["device_ms"] + 1}), *lines[1:]]) + "\n")
    data = tmp_path / "out" / "dataset.json"
    held = json.loads(data.read_text())
    held["attempts"][0]["parts"][0] = "1.00"
    data.write_text(json.dumps(held))
    files = followed.read(tmp_path / "out", tmp_path / "ledger.jsonl")
    wrong = {one.kind for one in follow.follow(files, follow.cited(files, "structure/reliability")) if not one.holds}
    assert wrong == {"dataset", "score", "seal"}
    capsys.readouterr()
    assert follow.main([str(tmp_path / "out"), str(tmp_path / "ledger.jsonl"), "structure/reliability"]) == 1
    assert f"in entries-{seal.pk}.jsonl (line 1 is the first that does not)" in capsys.readouterr().out


def test_an_erased_person_ends_the_walk_at_the_frozen_data_and_breaks_nothing(lived: Lived, tmp_path: Path) -> None:
    seal = Seal.objects.order_by("pk").first()
    assert seal is not None
    person = seal.attempt.registration.candidate_id
    erasure = door.act(
        lived.people.acts_as(lived.people.director),
        "people.propose_erasure",
        account_id=person,
        ground="Asked for in writing.",
    )
    door.act(lived.people.acts_as(lived.people.approvers[0]), "people.erase_person", erasure_id=erasure.pk)
    files = written(tmp_path, str(seal.pk))
    found = list(follow.follow(files, follow.cited(files, "structure/reliability")))
    (data,) = [one for one in found if not one.holds]
    assert data.kind == "dataset" and data.state is followed.State.OPEN
    assert f"1 of {len(lived.attempts)} attempts in the data have no score in the trail" in data.sentence
    assert sum(one.kind == "score" for one in found) == len(lived.attempts) - 1
    (mine,) = follow.follow(files, [("seal", str(seal.pk))])
    assert mine.holds, mine.sentence


def test_an_unknown_scheme_is_refused_in_a_sentence(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("dossier", "NO-SUCH", output=tmp_path)
    assert ended.value.code == 2
    assert "NO-SUCH has no published version" in capsys.readouterr().err
