"""Finding adapters by id, also where a package that announces one is broken."""

from pathlib import Path

import pytest

from simulator_adapters.contract import Adapter
from simulator_adapters.registry import BrokenAdapter, UnknownAdapter, adapter, adapter_ids, installed

LAB = """
from simulator_adapters.contract import AdapterManifest
from simulator_adapters.instruments.scpi import ScpiAdapter
from dataclasses import replace

class Lab(ScpiAdapter):
    manifest = replace(ScpiAdapter.manifest, id="lab", version="7")
"""


def package(folder: Path, name: str, entries: str, modules: dict[str, str] | None = None) -> None:
    about = folder / f"{name.replace('-', '_')}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[simulator_adapters]\n{entries}")
    for module, text in (modules or {}).items():
        (folder / f"{module}.py").write_text(text)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("adapter_id", ["wiring", "sunspec", "scpi"])
def test_a_built_in_adapter_loads_under_the_id_of_its_manifest(adapter_id: str) -> None:
    found = adapter(adapter_id)
    assert isinstance(found, Adapter)
    assert (found.manifest.id, adapter_id in adapter_ids()) == (adapter_id, True)


def test_an_adapter_announced_by_a_package_is_found(packages: Path) -> None:
    package(packages, "lab-bench", "lab = lab_bench_of_a_test:Lab\n", {"lab_bench_of_a_test": LAB})
    assert adapter_ids() == ("wiring", "sunspec", "scpi", "lab")
    assert isinstance(adapter("lab"), Adapter)
    last = installed()[-1]
    assert (last.id, last.package, last.problem) == ("lab", "lab-bench 1", "")
    assert last.manifest is not None
    assert last.manifest.version == "7"


def test_a_broken_package_is_named_and_spoils_no_other(packages: Path) -> None:
    package(packages, "lab-bench", "lab = lab_bench_beside:Lab\n", {"lab_bench_beside": LAB})
    package(packages, "gone-bench", "gone = no_such_module_of_a_test:Adapter\n")
    package(packages, "odd-bench", "odd = builtins:dict\n")
    package(packages, "loud-bench", "loud = loud_bench_of_a_test:make\n", {"loud_bench_of_a_test": "1 / 0\n"})
    package(packages, "other-bench", "other = simulator_adapters.wiring.adapter:WiringAdapter\n")
    package(packages, "bold-bench", "wiring = simulator_adapters.instruments.scpi:ScpiAdapter\n")
    said = {one.id: one.problem for one in installed() if one.problem}
    assert sorted(said) == ["gone", "loud", "odd", "other", "wiring"]
    assert "(gone-bench 1) can't be loaded: ModuleNotFoundError" in said["gone"]
    assert "can't be loaded: ZeroDivisionError" in said["loud"]
    assert "it needs manifest, discover and connect" in said["odd"]
    assert "returns the adapter 'wiring'. Announce it under its own id" in said["other"]
    assert "bold-bench 1 announces 'wiring', which is built in" in said["wiring"]
    assert adapter("wiring").manifest.kind == "engine"
    assert adapter("lab").manifest.id == "lab"
    for name in ("gone", "loud", "odd", "other"):
        with pytest.raises(BrokenAdapter, match=f"of '{name}'"):
            adapter(name)


def test_two_packages_that_announce_one_id_are_both_refused(packages: Path) -> None:
    for name in ("lab-one", "lab-two"):
        package(packages, name, "lab = lab_bench_twice:Lab\n", {"lab_bench_twice": LAB})
    assert adapter_ids() == ("wiring", "sunspec", "scpi", "lab")
    with pytest.raises(BrokenAdapter, match=r"announced by lab-one 1 and lab-two 1\. Uninstall one of them"):
        adapter("lab")
    assert [one.package for one in installed() if one.problem] == ["lab-one 1", "lab-two 1"]


def test_an_unknown_adapter_is_refused_with_those_at_hand() -> None:
    with pytest.raises(UnknownAdapter, match=r"'toaster'\. At hand are wiring, sunspec"):
        adapter("toaster")
