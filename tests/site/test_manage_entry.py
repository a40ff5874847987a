"""`manage.py` on a machine that has Python and nothing else: copies of the file in folders of their own.

The copies stand beside a package called django that only says how it was called, so that what is tried here is what the
file does before Django.
"""

import ast
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

MANAGE = settings.ROOT / "manage.py"
BASE_PYTHON = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
Prepared = tuple[Path, list[tuple[int, str, list[str]]]]
SAY_HOW_CALLED = """
import sys
def execute_from_command_line(argv):
    print(sys.prefix, *argv[1:])
"""


def put_beside_manage(folder: Path) -> Path:
    shutil.copy(MANAGE, folder)
    (folder / "requirements.lock").write_text("# nothing is needed\n")
    package = folder / "django" / "core" / "management"
    package.mkdir(parents=True)
    for level in (folder / "django", folder / "django" / "core"):
        (level / "__init__.py").touch()
    (package / "__init__.py").write_text(SAY_HOW_CALLED)
    return folder


def start(folder: Path, *arguments: str, before: str = "", **variables: str) -> "subprocess.Popen[str]":
    """Start manage.py with a Python that sees no site-packages; `before` is run in that Python first."""
    script = f"import runpy, sys\nsys.argv = sys.argv[1:]\n{before}\nrunpy.run_path(sys.argv[0], run_name='__main__')"
    return subprocess.Popen(
        [str(BASE_PYTHON), "-S", "-c", script, str(folder / "manage.py"), *arguments],
        env={"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, **variables},
        cwd=Path(folder.anchor),  # never the project's folder
        text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, list[str]]:
    stdout, stderr = process.communicate(timeout=120)
    return process.returncode, stdout, stderr.splitlines()


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "requirements.lock").read_bytes()).hexdigest()


def stamp(folder: Path) -> str:
    return (folder / ".venv" / ".lock").read_text().strip()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A folder after two first runs at the same time, and what the two said."""
    folder = put_beside_manage(tmp_path_factory.mktemp("fresh machine"))
    both = [start(folder, "up", "--port", "1"), start(folder, "selfcheck")]
    return folder, [finish(process) for process in both]


@pytest.mark.slow
def test_first_run_makes_its_environment_says_so_and_starts_again_inside_it(prepared: Prepared) -> None:
    folder, ((status, stdout, _), _) = prepared
    assert status == 0
    assert stdout == f"{folder / '.venv'} up --port 1\n"
    assert stamp(folder) == digest(folder)


@pytest.mark.slow
def test_two_first_runs_at_once_make_one_environment(prepared: Prepared) -> None:
    folder, runs = prepared
    assert [status for status, _, _ in runs] == [0, 0]
    said = [line for _, _, lines in runs for line in lines]
    assert sum(line.startswith("Making .venv from requirements.lock with Python") for line in said) == 1
    assert runs[1][1] == f"{folder / '.venv'} selfcheck\n"


@pytest.mark.slow
def test_later_run_says_nothing_of_its_own(prepared: Prepared) -> None:
    folder, _ = prepared
    assert finish(start(folder, "check")) == (0, f"{folder / '.venv'} check\n", [])


@pytest.mark.slow
def test_environment_is_refreshed_when_the_lock_changes_also_from_inside_it(prepared: Prepared) -> None:
    folder, _ = prepared
    (folder / "requirements.lock").write_text("# still nothing is needed\n")
    inside = subprocess.run(
        [folder / ".venv" / "bin" / "python", folder / "manage.py", "check"], capture_output=True, text=True, cwd=folder
    )
    assert inside.returncode == 0
    assert inside.stdout == f"{folder / '.venv'} check\n"
    assert inside.stderr.splitlines()[0] == "Bringing .venv to what requirements.lock names."
    assert stamp(folder) == digest(folder)


@pytest.mark.slow
def test_index_that_cannot_be_reached_is_one_sentence_and_the_next_run_tries_again(prepared: Prepared) -> None:
    folder, _ = prepared
    lock = folder / "requirements.lock"
    kept = lock.read_text()
    lock.write_text(f"certainly-not-installed==1.0 --hash=sha256:{'0' * 64}\n")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and never listening: nobody answers there
        index = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
        status, stdout, said = finish(start(folder, "check", PIP_INDEX_URL=index, PIP_RETRIES="1"))
    assert (status, stdout) == (2, "")
    assert said[-1] == (
        "The package index can't be reached: check the network or pip's settings, then start again."
        " What pip said is in .venv/pip.log."
    )
    assert "Traceback" not in "".join(said)
    assert stamp(folder) != digest(folder)
    lock.write_text(kept)
    assert finish(start(folder, "check"))[0] == 0


def test_old_python_is_told_so_in_one_sentence(tmp_path: Path) -> None:
    folder = put_beside_manage(tmp_path)
    status, _, said = finish(start(folder, "check", before="sys.version_info = (3, 9, 2, 'final', 0)"))
    assert status == 2
    assert said == [
        f"Assayer needs Python 3.11 or newer and this is 3.9 ({BASE_PYTHON}): install a newer one and start manage.py"
        " with it."
    ]
    assert not (folder / ".venv").exists()


def test_old_python_can_read_the_file() -> None:
    ast.parse(MANAGE.read_text(), feature_version=(3, 4))


def test_missing_venv_module_is_told_with_the_line_that_installs_it(tmp_path: Path) -> None:
    folder = put_beside_manage(tmp_path)
    status, _, said = finish(start(folder, "check", before="sys.modules['ensurepip'] = None"))
    assert status == 2
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert said == [
        f"Python's venv module is missing: on Debian or Ubuntu run `apt-get install python{version}-venv` as root,"
        " then start again."
    ]


def test_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    folder = put_beside_manage(tmp_path)
    (folder / ".venv").touch()  # a file stands where the environment should be
    status, _, said = finish(start(folder, "check"))
    assert status == 2
    assert said[-1].startswith("The folder .venv could not be written (")


@pytest.mark.slow
def test_active_environment_that_has_everything_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = put_beside_manage(tmp_path)
    shutil.rmtree(folder / "django")
    shown = subprocess.run(
        [sys.executable, folder / "manage.py", "--version"], capture_output=True, text=True, cwd=tmp_path
    )
    assert shown.returncode == 0, shown.stderr
    assert not (folder / ".venv").exists()
