"""What each reading of a machine is worth: it counts, or in a sentence why it does not. Pure.

A reading is evidence when one knows whose it is, when it was taken, and that the instrument could be trusted then. All three are
taken from what the entry says about itself, as it was recorded at the bench; no table is asked, so that a score stays a function of
the journal and the pins. Nothing is thrown away and nothing is corrected: what does not count stands beside what does, with its
sentence, until people settle it.

    readings_of(record, pinned)      every reading of an attempt, for scoring, boards and evidence
"""

from assess.attempts.folding.fold import AttemptRecord
from assess.attempts.folding.pinned import Pinned
from assess.attempts.machines.reading_facts import Reading
from assess.attempts.machines.runs import Worth
from assess.attempts.machines.simulation_readings import readings_of_simulation
from assess.attempts.machines.task_readings import readings_of_task

__all__ = ["Reading", "Worth", "readings_of", "readings_of_simulations", "readings_of_task"]


def readings_of(record: AttemptRecord, pinned: Pinned) -> tuple[Reading, ...]:
    """Every reading of an attempt with what it is worth: those of tasks, then those of simulations, each in the order of names, and
    for one name in that of roles, epochs and sequences."""
    tasks = [reading for name in sorted(pinned.tasks) for reading in readings_of_task(pinned.tasks[name], record)]
    return (*tasks, *readings_of_simulations(record, pinned))


def readings_of_simulations(record: AttemptRecord, pinned: Pinned) -> tuple[Reading, ...]:
    """Every reading of the simulator part."""
    names = sorted({name for part in pinned.parts for name in part.simulations})
    return tuple(reading for name in names for reading in readings_of_simulation(name, pinned, record))
