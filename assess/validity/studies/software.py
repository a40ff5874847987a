"""Which software computed a study: told with every study, so that a difference between two runs can be explained."""

import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np
import scipy

ANALYSES = "2026-11c"
"""The version of these analyses. A change after which the same data give another figure gets another."""

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"


@cache
def software() -> dict[str, str]:
    """Name and version of everything that figures hang on.

    >>> sorted(software())
    ['analyses', 'assayer', 'numpy', 'scipy']
    """
    return {"analyses": ANALYSES, "assayer": _own(), "numpy": np.__version__, "scipy": scipy.__version__}


def _own() -> str:
    try:
        return metadata.version("assayer")
    except metadata.PackageNotFoundError:
        # run from a checkout: nothing is installed
        return str(tomllib.loads(PROJECT.read_text())["project"]["version"])
