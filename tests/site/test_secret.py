import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assess.site import secret


def test_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    made = secret.load_or_make(path)
    assert len(made) >= secret.LENGTH
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret.load_or_make(path) == made
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(secret.load_or_make, [tmp_path / "secret-key"] * 64))
    assert made == {(tmp_path / "secret-key").read_text()}
