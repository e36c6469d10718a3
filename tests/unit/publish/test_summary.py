import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.publish.findings import read_findings
from pipelines.publish.publication import publish
from pipelines.publish.summary import MOST_REJECTIONS, print_summary
from pipelines.settings import load_settings
from pipelines.sql_model import Model
from pipelines.warehouse import open_warehouse
from tests.unit.publish.conftest import AS_OF, build_all
from tests.unit.publish.story import row, tell


def summary(published: Path, width: int = 100) -> str:
    written = io.StringIO()
    print_summary(published, Console(file=written, width=width, force_terminal=False))
    return written.getvalue()


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_it_says_who_gained_and_lost_what(published: Path) -> None:
    said = squeezed(summary(published))
    assert "Waybill as of 2024-09-01" in said
    assert "11,500–12,500 NVIDIA H100 Tesla, Inc. → X Corp. Elon Musk 1 December 2023" in said
    assert (
        "Net Tesla, Inc. / X Corp.: Tesla, Inc. gave 12,000 and got 12,000 NVIDIA H100; neither side gained units"
    ) in said
    assert (
        "Swap of NVIDIA H100: Tesla, Inc. gave first, X Corp. returned; "
        "X Corp. gained 60–300 days by it, Tesla, Inc. lost them"
    ) in said


def test_it_says_what_is_late_and_what_was_announced(published: Path) -> None:
    said = squeezed(summary(published))
    assert "Tesla, Inc. NVIDIA H100 11,500–12,500 60–300 days stated diversion at least $500 million" in said
    assert "184 days so far" in said
    assert "X.AI Corp. NVIDIA B200 300,000 2025-06-01 – 2025-08-31 ? 0 open" in said


def test_it_counts_what_was_read_and_names_what_was_rejected(published: Path) -> None:
    said = squeezed(summary(published))
    assert "3 news items read, 2 accepted, 1 rejected, in 2 documents, 1 of them unreadable" in said
    assert "2 supplier lines read, 1 accepted, 1 rejected, in 1 document" in said
    assert "broken.html all broken.html is empty: nothing to read" in said
    assert "story.jsonl 3 published_at '2024-02-30' is no day [/red] <i>" in said
    assert "book.csv 3 quantity -5 is negative: a count is 0 or more" in said


def test_it_fits_into_100_columns_but_for_the_paths(published: Path) -> None:
    before, _ = summary(published).split("\nPublished\n")
    assert max(map(len, before.splitlines())) <= 100


def test_it_says_where_the_files_are(published: Path) -> None:
    text = summary(published, width=40)
    for name in ("report.html", "waybill.duckdb", "datapackage.json"):
        assert f"{published / name}" in text
        assert (published / name).exists()


def test_words_from_outside_are_neither_markup_nor_commands_to_the_terminal(published: Path) -> None:
    written = io.StringIO()
    print_summary(published, Console(file=written, width=300, force_terminal=True, color_system="truecolor"))
    text = written.getvalue()
    assert "<b>Evil</b> [link=file:///etc/passwd]Corp[/link]" in text
    assert "[/red] <i>" in text
    assert "\x1b]8;" not in text
    assert "\x1b[31m" not in text


def test_an_empty_publication_says_so(published_empty: Path) -> None:
    said = squeezed(summary(published_empty))
    assert said.count("nothing yet") == 3
    assert "0 news items read, 0 accepted, 0 rejected, in 0 documents" in said
    assert "Rejected" not in said


def test_nothing_published_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"waybill\.duckdb is not there: nothing was published yet; run"):
        print_summary(tmp_path, Console(file=io.StringIO()))


def test_of_many_rejections_the_first_are_shown_and_the_rest_counted(tmp_path: Path, models: dict[str, Model]) -> None:
    settings = replace(load_settings({"WAYBILL_HOME": str(tmp_path / "home")}), as_of=AS_OF)
    with open_warehouse(settings) as warehouse:
        tell(warehouse.lake)
        warehouse.lake.append(
            "rejected_entries",
            [
                row("rejected_entries", {
                    "document_id": "d1", "name": "story.jsonl", "line_number": number, "reason": "is no JSON",
                    "verbatim": "{", "reader_version": "1", "read_at": datetime.fromisoformat("2024-06-04 12:00:00"),
                })
                for number in range(1000, 3000)
            ],
        )  # fmt: skip
        build_all(warehouse)
        publish(warehouse, models, published_at=datetime(2024, 9, 1, tzinfo=UTC), run_id="run-1")
    said = summary(settings.published)
    assert said.count("is no JSON") == MOST_REJECTIONS - 2
    assert "1,000" in said
    assert f"and {2003 - MOST_REJECTIONS:,} more in claims.rejected_lines" in said


def test_evidence_is_read_for_as_many_rows_as_asked(published: Path) -> None:
    database = published / "waybill.duckdb"
    assert read_findings(database, most_rejections=1).evidence == {}
    findings = read_findings(database, most_rejections=1, most_evidence=1)
    told = (findings.transfers, findings.delays, findings.contested)
    assert findings.evidence.keys() == {rows[0]["shipment_id"] for rows in told}
    first = findings.evidence[findings.transfers[0]["shipment_id"]]
    assert [(said["event"], said["origin_id"], said["language"]) for said in first] == [
        ("diversion", "cnbc", "en"),
        ("delay", "cnbc", "en"),
        ("diversion", "cnbc", "fr"),
    ]
