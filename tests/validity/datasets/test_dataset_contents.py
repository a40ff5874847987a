"""The bytes of a dataset: whatever order attempts were gathered in, the same contents give the same bytes, and the same study."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.ledger.canonical import canonical
from assess.validity.datasets.contents import FEWEST_ALIKE, decode, encode, without_rare_groups
from assess.validity.datasets.freezing import freeze
from assess.validity.datasets.gathering import Names, age_band
from assess.validity.errors import ValidityError
from assess.validity.studies.dataset_study import Settings, study_of_bytes
from tests.effort import examples
from tests.validity.datasets.made_up import fixed_names, made_up, shuffled

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
@settings(max_examples=examples(40))
@given(seed=st.integers(0, 2**32), attempts=st.integers(1, 40), forms=st.integers(1, 3))
def test_the_order_in_which_attempts_are_gathered_leaves_no_trace(seed: int, attempts: int, forms: int) -> None:
    gathered = made_up(attempts, 6, forms=forms, common=2, seed=seed % 1000)
    names = fixed_names(gathered)
    body = encode(gathered.contents(names))
    assert encode(shuffled(gathered, seed).contents(names)) == body
    assert encode(decode(body)) == body


@settings(max_examples=examples(40))
@given(
    groups=st.lists(st.dictionaries(st.sampled_from(["site", "age"]), st.sampled_from(["A", "B", "C"])), max_size=40)
)
def test_no_group_in_a_dataset_is_smaller_than_five(groups: list[dict[str, str]]) -> None:
    kept, withheld = without_rare_groups(groups)
    for name in ("site", "age"):
        values = [one[name] for one in kept if name in one]
        assert all(values.count(value) >= FEWEST_ALIKE for value in values)
        assert len(values) + withheld.get(name, 0) == sum(1 for one in groups if name in one)


def test_sittings_too_small_to_be_told_apart_stand_together() -> None:
    gathered = made_up(14, 4, sittings=7)
    contents = gathered.contents(fixed_names(gathered))
    assert [(one.identifier, one.site, one.day) for one in contents.sittings] == [("", "", "several days")]
    assert {one.sitting for one in contents.attempts} == {0}


def test_names_are_drawn_anew_and_say_nothing_of_order() -> None:
    gathered = made_up(60, 2)
    first, second = Names.drawn(gathered.rows), Names.drawn(gathered.rows)
    assert set(first.attempts.values()).isdisjoint(second.attempts.values())
    drawn = [first.attempts[row.attempt] for row in gathered.rows]
    assert drawn != sorted(drawn)
    assert first.covers(gathered.rows) and not first.covers(gathered.rows[1:])


def test_versions_of_an_item_are_columns_of_their_own() -> None:
    gathered = made_up(10, 2)
    changed = replace(gathered.rows[0], items=((("I000", "ffffffff"), "1", "1"), *gathered.rows[0].items[1:]))
    contents = replace(gathered, rows=(changed, *gathered.rows[1:])).contents(fixed_names(gathered))
    assert [(one.identifier, one.content) for one in contents.items][:2] == [("I000", "00000000"), ("I000", "ffffffff")]


def test_an_impression_stands_beside_the_settled_score_that_a_decision_compares() -> None:
    gathered = made_up(10, 2)
    contents = gathered.contents(fixed_names(gathered))
    first = contents.attempts[0]
    settled = replace(first.tasks[0], points="0.50")
    attempt = replace(first, tasks=(settled, *first.tasks[1:]))
    maximum = float(contents.tasks[settled.task].maximum)

    found = freeze(replace(contents, attempts=(attempt, *contents.attempts[1:]))).global_ratings

    assert found.percent[0] == pytest.approx(100 * 0.5 / maximum)
    assert found.percent[0] != pytest.approx(freeze(contents).global_ratings.percent[0])


def test_bytes_of_another_kind_are_refused() -> None:
    for body in (b"", b"[]", b'{"format":"assayer-dataset/0"}', b"\xff"):
        with pytest.raises(ValidityError, match="no dataset of the format"):
            decode(body)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2001, 11, 26), "25 to 39"),
        (date(2001, 11, 27), "under 25"),
        (date(1986, 11, 26), "40 and over"),
        (date(1904, 2, 29), "40 and over"),
        (None, None),
    ],
)
def test_bands_of_age_change_on_the_birthday(born: date | None, band: str | None) -> None:
    assert age_band(born, date(2026, 11, 26)) == band


STUDY = """
import hashlib, sys
import django; django.setup()
from assess.ledger.canonical import canonical
from assess.validity.datasets.contents import encode
from assess.validity.studies.dataset_study import Settings, study_of_bytes
from tests.validity.datasets.made_up import fixed_names, made_up, shuffled
gathered = made_up(150, 12, forms=2, common=6)
body = encode(shuffled(gathered, int(sys.argv[1])).contents(fixed_names(gathered)))
print(hashlib.sha256(canonical(study_of_bytes(body, Settings({})))).hexdigest())
"""


@pytest.mark.slow
def test_the_same_data_give_the_same_bytes_in_every_process_and_with_any_number_of_threads() -> None:
    gathered = made_up(150, 12, forms=2, common=6)
    document = study_of_bytes(encode(gathered.contents(fixed_names(gathered))), Settings({}))
    found = {hashlib.sha256(canonical(document)).hexdigest()}
    for place, threads in enumerate((1, 2, 4)):
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "assess.site.settings", "PYTHONHASHSEED": str(place + 1)}
        environment |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
        told = subprocess.run(
            [sys.executable, "-c", STUDY, str(place)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(told.stdout.strip())
    assert len(found) == 1
