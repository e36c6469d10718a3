"""The lake only ever grows, keeps bytes as they are, and is read the same by polars and by DuckDB."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.lake import TABLES, Lake, content_id

READ_AT = datetime.fromisoformat("2024-06-05T01:02:03")


def rejected(line: int, **fields: Any) -> dict[str, Any]:
    return {
        "document_id": "d", "reader_version": "r1", "sheet": None, "line_number": line, "part": 1, "columns": None,
        "reasons": "is empty", "verbatim": "é;;", **fields,
    }  # fmt: skip


def test_an_empty_lake_gives_empty_tables_with_their_columns(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    for table, columns in TABLES.items():
        assert lake.read(table).columns == list(columns)
        assert lake.read(table).is_empty()
        relation = duckdb.connect().sql(lake.select(table))
        assert relation.columns == list(columns)
        assert relation.fetchall() == []


def test_nothing_added_makes_no_file(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.append("rejected_lines", []) == 0
    assert lake.files("rejected_lines") == []


def test_rows_added_in_two_runs_are_both_there(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.append("rejected_lines", [rejected(1), rejected(2)]) == 2
    lake.append("rejected_lines", [rejected(3)])
    assert sorted(lake.read("rejected_lines")["line_number"]) == [1, 2, 3]
    assert len(lake.files("rejected_lines")) == 2


def test_the_same_rows_added_again_are_there_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for _ in range(2):
        lake.append("rejected_lines", [rejected(1), rejected(2)])
    assert lake.read("rejected_lines").height == 2


def test_rows_that_differ_in_one_place_are_both_kept(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for middle in ("one", "other"):
        lake.append("rejected_lines", [rejected(1), rejected(2, verbatim=middle), rejected(3)])
    assert lake.read("rejected_lines").height == 6


@pytest.mark.parametrize("row", [{"line_number": 1}, {**rejected(1), "more": 1}])
def test_a_row_with_other_columns_is_refused_and_nothing_is_written(tmp_path: Path, row: dict[str, Any]) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(ValueError, match="rejected_lines: a row's columns differ"):
        lake.append("rejected_lines", [rejected(1), row])
    assert lake.files("rejected_lines") == []


def test_half_a_file_of_a_run_cut_short_is_not_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append("rejected_lines", [rejected(1)])
    whole = lake.files("rejected_lines")[0].read_bytes()
    (lake.folder("rejected_lines") / "cut.partial").write_bytes(whole[:40])
    assert lake.read("rejected_lines").height == 1
    assert len(duckdb.connect().sql(lake.select("rejected_lines")).fetchall()) == 1


def test_duckdb_reads_the_same_values_in_the_same_types_with_and_without_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "it's here")
    lake.append("extractions", [{
        "item_id": "i", "extractor": "rules", "extractor_version": "v1", "extracted_at": READ_AT,
        "language": None, "claims": 2, "mentions": 0,
    }])  # fmt: skip
    filled, empty = (
        duckdb.connect().sql(lake.select("extractions")),
        duckdb.connect().sql(Lake(tmp_path).select("extractions")),
    )
    assert filled.types == empty.types
    assert filled.fetchall() == [("i", "rules", "v1", READ_AT, None, 2, 0)]


def test_a_column_younger_than_a_file_is_empty_in_its_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append("rejected_lines", [rejected(1)])
    (old,) = lake.files("rejected_lines")
    pl.read_parquet(old).drop("sheet").write_parquet(old)
    assert lake.read("rejected_lines").columns == list(TABLES["rejected_lines"])
    lake.append("rejected_lines", [rejected(2, sheet="Mai")])
    for rows in (lake.read("rejected_lines"), duckdb.connect().sql(lake.select("rejected_lines")).pl()):
        assert dict(rows.select("line_number", "sheet").rows()) == {1: None, 2: "Mai"}


def test_documents_are_kept_byte_for_byte_and_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    data = b"\x00\xff not text \r\n"
    digest = lake.keep_bytes(data)
    assert lake.keep_bytes(data) == digest
    assert lake.bytes_of(digest) == data
    assert [path.name for path in (tmp_path / "documents").rglob("*") if path.is_file()] == [digest]
    assert lake.keep_bytes(b"") != digest


def test_ids_are_the_same_for_the_same_parts_and_others_for_others() -> None:
    assert content_id("a", 1, None) == content_id("a", 1, None)
    assert len(content_id("a")) == 16
    different = [content_id("ab", "c"), content_id("a", "bc"), content_id("abc"), content_id("ab", "c", None)]
    assert len(set(different)) == 4
    assert content_id(date(2024, 6, 5)) == content_id("2024-06-05")
    assert content_id("\ud800")


def test_a_file_is_kept_as_its_bytes_would_be(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"order,quantity\n" * 400_000)
    lake = Lake(tmp_path / "lake")
    digest, size = lake.keep_file(path)
    assert (digest, size) == (lake.keep_bytes(path.read_bytes()), path.stat().st_size)
    assert lake.path_of(digest).read_bytes() == path.read_bytes()
    assert list(lake.root.rglob("*.partial")) == []
