"""Reading CSV files of a study: what is read, and what is refused with line, column and remedy."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.validity.studies.tables import TableError, read_ratings, read_responses, read_table

WHOLE = st.lists(st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=3, max_size=3), min_size=1, max_size=9)


def written(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_empty_and_na_cells_are_missing(tmp_path: Path) -> None:
    found = read_responses(written(tmp_path, "a,b\n1,\nNA,0\n"))
    assert found.items == ("a", "b")
    np.testing.assert_array_equal(found.matrix, [[1, np.nan], [np.nan, 0]])


def test_byte_order_mark_windows_line_ends_and_quotes_are_read(tmp_path: Path) -> None:
    content = '﻿"a";"b, in words"\r\n1;2\r\n\r\n0;1\r\n'.encode()
    found = read_responses(written(tmp_path, content))
    assert found.items == ("a", "b, in words")
    np.testing.assert_array_equal(found.matrix, [[1, 2], [0, 1]])


def test_a_decimal_comma_is_read_where_semicolons_separate(tmp_path: Path) -> None:
    found = read_responses(written(tmp_path, "a;b\n0,5;1\n1;0.25\n"))
    np.testing.assert_array_equal(found.matrix, [[0.5, 1], [1, 0.25]])


def test_the_highest_score_that_occurs_is_the_maximum_unless_one_is_given(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n3,0\n1,0\n")
    assert read_responses(path).maxima.tolist() == [3, 1]
    assert read_responses(path, maximum=4).maxima.tolist() == [4, 4]
    assert read_responses(path, maximum={"b": 2}).maxima.tolist() == [3, 2]


def test_the_identifier_column_is_checked_for_doubles_and_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "who,a,b\nAda,1,0\nBen,0,1\n")
    assert read_responses(path, identifier="who").items == ("a", "b")
    with pytest.raises(TableError, match=r"data.csv, line 3: person 'Ada' is already in line 2"):
        read_responses(written(tmp_path, "who,a\nAda,1\nAda,0\n"), identifier="who")


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        ("", "empty", "a header row and data rows are needed"),
        ("a,b\n", "empty", "a header but no data row"),
        ("a,b\n1,2\n1\n", "ragged", "line 3: 1 cells, but the header has 2"),
        ("a,a\n1,2\n", "duplicate_column", "two columns are called 'a'"),
        ("a,\n1,2\n", "nameless_column", "column 2 of the header has no name"),
        ("a\tb\n1\t2\n", "delimiter", "separated by tabs"),
        ("a,b;c\n1,2;3\n", "delimiter", "commas and semicolons"),
        ("a,b\n1,NaN\n", "not_a_number", "line 2, column 'b': 'NaN' is not a score"),
        ("a,b\n1,inf\n", "not_a_number", "write NA when it is missing"),
        ("a,b\n1,1e309\n", "not_a_number", "'1e309' is not a number"),
        (f"a,b\n1,{'9' * 400}\n", "not_a_number", "is larger than a number here may be"),
        ("a,b\n1,١\n", "not_a_number", "digits that are not 0 to 9"),
        ("a,b\n1,1_000\n", "not_a_number", "is not a number"),
        ("a;b\n1;1.234,5\n", "not_a_number", "two ways"),
        ('a,b\n1,"0,5"\n', "not_a_number", "decimal comma while commas separate"),
        ("a,b\n1,-1\n", "negative", "line 2, column 'b': -1 points"),
        ("name,b\nAda,1\nBen,0\n", "names_not_numbers", "--id name"),
        ("who,b\nP01,1\nP02,0\n", "names_not_numbers", "--id who"),
        ("a,b\n1,x\n2,3\n", "not_a_number", "line 2, column 'b': 'x' is not a number"),
        (b"a,b\n1,\xff\n", "not_utf8", "line 2: this is not UTF-8"),
        (b"PK\x03\x04\x00\x00", "not_utf8", "zero byte"),
        ('a,b\n1,"2\n', "quotation", "check the quotation marks"),
    ],
)
def test_what_cannot_be_read_is_refused_with_place_and_remedy(
    tmp_path: Path, content: str | bytes, code: str, told: str
) -> None:
    with pytest.raises(TableError) as refused:
        read_responses(written(tmp_path, content))
    assert refused.value.code == code
    assert told in str(refused.value)
    assert "data.csv" in str(refused.value)


def test_line_numbers_count_lines_of_the_file_also_after_a_cell_of_two_lines(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,"b\nc"\n1,2\n\n1,x\n')
    with pytest.raises(TableError, match="line 5, column 'b\\\\nc'"):
        read_responses(path)


def test_a_column_that_numbers_the_rows_is_not_taken_for_an_item(tmp_path: Path) -> None:
    content = "id,a\n" + "".join(f"{row},{row % 2}\n" for row in range(101, 121))
    with pytest.raises(TableError, match="--id id; if it is an item, say --maximum id=POINTS"):
        read_responses(written(tmp_path, content))
    assert read_responses(written(tmp_path, content), identifier="id").items == ("a",)
    assert read_responses(written(tmp_path, content), maximum={"id": 120}).items == ("id", "a")


def test_a_score_beyond_the_maximum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="line 3, column 'a': 3 points, but the maximum is 2"):
        read_responses(written(tmp_path, "a,b\n1,1\n3,1\n"), maximum=2)
    with pytest.raises(TableError, match="there is no item 'c'"):
        read_responses(written(tmp_path, "a,b\n1,1\n"), maximum={"c": 2})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"missing\.csv: No such file or directory; check the path"):
        read_responses(tmp_path / "missing.csv")


def test_ratings_come_in_long_form_with_missing_marks(tmp_path: Path) -> None:
    path = written(tmp_path, "p,site,r,k1,k2\nAda,x,R1,1,NA\nAda,y,R2,2,3\n")
    found = read_ratings(path, person="p", rater="r", criteria=["k1", "k2"])
    assert found.persons == ("Ada",) * 4
    assert found.raters == ("R1", "R1", "R2", "R2")
    assert found.criteria == ("k1", "k2", "k1", "k2")
    np.testing.assert_array_equal(found.values, [1, np.nan, 2, 3])


@pytest.mark.parametrize(
    ("content", "criteria", "code", "told"),
    [
        ("p,r,k\nAda,R1,1\n", ["k2"], "missing_column", "no column 'k2' (--criteria); the header has p, r, k"),
        ("p,r,k\nAda,R1,1\n", [], "missing_column", "--criteria COLUMN"),
        ("p,r,k\nAda,R1,1\n", ["k", "r"], "duplicate_column", "'r' is asked for twice"),
        (
            "p,r,k\nAda,R1,1\nAda,R1,2\n",
            ["k"],
            "duplicate_mark",
            "line 3: rater 'R1' has already marked person 'Ada' in line 2",
        ),
        ("p,r,k\n,R1,1\n", ["k"], "missing_name", "line 2, column 'p': a name is needed"),
    ],
)
def test_ratings_that_cannot_be_read_are_refused(
    tmp_path: Path, content: str, criteria: list[str], code: str, told: str
) -> None:
    with pytest.raises(TableError) as refused:
        read_ratings(written(tmp_path, content), person="p", rater="r", criteria=criteria)
    assert refused.value.code == code
    assert told in str(refused.value)


@given(WHOLE, st.sampled_from(",;"), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[int | None]], delimiter: str, line_end: str, mark: bool
) -> None:
    lines = [["a", "b", "c"], *[["NA" if cell is None else str(cell) for cell in row] for row in rows]]
    text = line_end.join(delimiter.join(line) for line in lines)
    path = written(tmp_path_factory.mktemp("csv"), text.encode("utf-8-sig" if mark else "utf-8"))
    expected = [[np.nan if cell is None else cell for cell in row] for row in rows]
    np.testing.assert_array_equal(read_responses(path).matrix, expected)
    assert read_table(path).delimiter == delimiter
