"""What waits for adjudicators in an attempt, and how each matter stands between them. Pure.

A matter is there because of the sheets and runs alone; rulings settle it. So the list of what there is to rule on is the same
before and after somebody ruled, and shows nobody what another one said.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from assess.attempts.folding.fold import AttemptRecord, Said
from assess.attempts.folding.pinned import Pinned
from assess.attempts.scoring.rulings import share_of, stop_ruling, words_on_row, words_on_share, words_on_stop
from assess.attempts.scoring.simulations import score_simulation
from assess.attempts.scoring.tasks import score_task
from rubrics.definition import TaskDefinition

Kind = Literal["stop", "step", "share"]


@dataclass(frozen=True)
class Matter:
    """One thing to rule on: a safety stop, a must-pass step (`criterion`) of a task, or the share of a simulation.

    `words` are the rulings that count, by person; `why` is what scoring says it waits for, where that is not about people.
    """

    kind: Kind
    about: str
    criterion: str
    words: Mapping[str, Said]
    settled: bool
    why: str = ""

    def answer(self, word: Said) -> Any:
        """What a ruling says: true is for the candidate, or a share."""
        if self.kind == "share":
            return str(word.payload["share"])
        return word.payload["met"] if self.kind == "step" else not word.payload["confirmed"]

    def state(self, person: str) -> str:
        """How it stands for one adjudicator: `open` waits for them, `differs` too (they ruled, and another one differently);
        `waits` for another one; `settled`."""
        if self.settled:
            return "settled"
        if person not in self.words:
            return "open"
        said = {self._compared(word) for word in self.words.values()}
        return "differs" if len(said) > 1 else "waits"

    def _compared(self, word: Said) -> Any:
        return share_of(word) if self.kind == "share" else self.answer(word)


def matters_of(pinned: Pinned, record: AttemptRecord, *, ended: Collection[str]) -> list[Matter]:
    """Everything that there is, or was, to rule on: tasks in the order of their names, a stop before the steps of its task.

    Parameters
    ----------
    ended
        The parts that are over or handed in: before that, nobody looks at a simulation.
    """
    unruled = replace(record, settlements=(), stop_rulings=())
    found = [matter for name in sorted(pinned.tasks) for matter in _of_task(pinned.tasks[name], record, unruled)]
    names = {name for part in pinned.parts if part.identifier in ended for name in part.simulations}
    for name in sorted(names):
        asked = score_simulation(name, pinned, unruled)
        if asked.by_people:
            settled = not score_simulation(name, pinned, record).waits_for
            words = words_on_share(name, record)
            found.append(Matter("share", name, "", words, settled, asked.waits_for))
    return found


def _of_task(task: TaskDefinition, record: AttemptRecord, unruled: AttemptRecord) -> list[Matter]:
    name = task.identifier
    found: list[Matter] = []
    if any(sheet.safety_stops for (about, _), sheet in record.sheets.items() if about == name):
        ruling = stop_ruling(task, record)
        found.append(Matter("stop", name, "", words_on_stop(name, record), ruling is not None))
        if ruling is None or ruling.confirmed:
            # Confirmed, the stop fails the task and its steps need no ruling.
            return found
    steps = score_task(task, unruled).score.to_adjudicate
    still_open = score_task(task, record).score.to_adjudicate if steps else ()
    found += [Matter("step", name, step, words_on_row(name, step, record), step not in still_open) for step in steps]
    return found
