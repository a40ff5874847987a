"""Run several tools one after the other, show what each says, and tell at the end which failed."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class Step:
    """A tool's name for people, and the arguments the running Python is called with."""

    name: str
    arguments: tuple[str, ...]


def run(steps: Sequence[Step]) -> bool:
    """Run every step, even after one failed, and return whether all passed."""
    failed = []
    for step in steps:
        print(f"== {step.name}", flush=True)
        began = time.monotonic()
        status = subprocess.call([sys.executable, *step.arguments], cwd=settings.ROOT)
        print(
            f"   {'passed' if status == 0 else f'FAILED with {status}'} in {time.monotonic() - began:.1f} s", flush=True
        )
        if status:
            failed.append(step.name)
    print(f"Failed: {', '.join(failed)}." if failed else f"All {len(steps)} passed.", flush=True)
    return not failed


def scripts(folder: Path) -> list[Step]:
    """One step for each script in `folder`, in the order of their names; files with a leading underscore are parts."""
    return [Step(name=path.stem, arguments=(str(path),)) for path in sorted(folder.glob("[!_]*.py"))]
