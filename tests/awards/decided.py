"""A small sitting that was lived, scored, cut, studied and decided; nobody has put a name to anything yet."""

import uuid
from dataclasses import dataclass

from assess import door
from assess.awards.models import Credential, Decision
from assess.ledger import actions as ledger
from assess.management.world.cast import Cast
from assess.people.models import Account
from assess.people.queries import Actor, actor
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.models import CutScore
from assess.validity.studies.models import Study
from tests.web.lived_centre import live_a_sitting


@dataclass(frozen=True)
class Decided:
    """`passed` are the decisions that passed; in this made-up sitting two of three did."""

    people: Cast
    version: SchemeVersion
    decisions: tuple[Decision, ...]

    @property
    def passed(self) -> list[Decision]:
        return [row for row in self.decisions if row.outcome == "passed"]

    def actor(self, account: Account) -> Actor:
        return actor(account)

    def approve(self, row: Decision) -> None:
        """Whoever has to look at it looks at it, and two people put their names to it."""
        for part in row.document["near_cut"]:
            said = {"decision_id": row.pk, "part": part, "comment": "gone through once more"}
            door.act(actor(self.people.director), "awards.review_near_cut", **said)
        for approver in self.people.approvers:
            door.act(actor(approver), "awards.approve", decision_id=row.pk)

    def issue(self, row: Decision) -> Credential:
        credential: Credential = door.act(actor(self.people.director), "awards.issue", decision_id=row.pk)
        return credential

    def find_a_wrong_key(self) -> str:
        """A later study finds an item that works against the others, interval and all. Gives the item's name."""
        study = Study.objects.filter(scheme_version=self.version).order_by("number").last()
        assert study is not None
        item = study.document["responses"]["item_analysis"][0]
        item["item_rest"] |= {"value": "-0.4", "interval": ["-0.6", "-0.1"], "sufficient": True, "reason": ""}
        study.pk, study.number, study._state.adding = uuid.uuid4(), study.number + 1, True
        study.save()
        ledger.record_row(kind="study", row=study)
        return str(item["name"])


def decide_a_sitting() -> Decided:
    lived = live_a_sitting(3)
    director = actor(lived.people.director)
    for cut in CutScore.objects.filter(adopted_at=None):
        adopted = {"cut_score_id": cut.pk, "board": "Board of the centre"}
        door.act(actor(lived.people.board), "validity.cut_scores.adopt_cut_score", **adopted)
    door.act(director, "validity.studies.run_study", scheme_version_id=lived.version.pk)
    rows = door.act_on_all(director, "awards.decide", ({"attempt_id": attempt.pk} for attempt in lived.attempts))
    return Decided(lived.people, lived.version, tuple(rows))
