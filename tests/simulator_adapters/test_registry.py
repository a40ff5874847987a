"""Finding adapters by id."""

from pathlib import Path

import pytest

from simulator_adapters.contract import Adapter
from simulator_adapters.registry import UnknownAdapter, adapter, adapter_ids


@pytest.mark.parametrize("adapter_id", ["wiring", "sunspec"])
def test_a_built_in_adapter_loads_under_the_id_of_its_manifest(adapter_id: str) -> None:
    found = adapter(adapter_id)
    assert isinstance(found, Adapter)
    assert (found.manifest.id, adapter_id in adapter_ids()) == (adapter_id, True)


def test_an_adapter_announced_by_a_package_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lab_bench-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-bench\nVersion: 1\n")
    (package / "entry_points.txt").write_text(
        "[simulator_adapters]\nlab = simulator_adapters.wiring.adapter:WiringAdapter\nodd = builtins:dict\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert adapter_ids() == ("wiring", "sunspec", "scpi", "lab", "odd")
    assert isinstance(adapter("lab"), Adapter)
    with pytest.raises(TypeError, match="does not return an adapter"):
        adapter("odd")


def test_an_unknown_adapter_is_refused_with_those_at_hand() -> None:
    with pytest.raises(UnknownAdapter, match=r"'toaster'\. At hand are wiring, sunspec"):
        adapter("toaster")
