"""The sample content, read once; and a copy of its folder that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from assess.schemes.loading import load_content

CONTENT = Path(__file__).resolve().parents[2] / "assess" / "content"


@pytest.fixture(scope="session")
def plan():
    return load_content(CONTENT)


@pytest.fixture
def folder(tmp_path):
    for file in CONTENT.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture
def spoil(folder):
    """Replace one text that stands once or more in a file by another, the first time it stands there."""

    def replace(file, old, new):
        path = folder / f"{file}.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace
