import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest

from pipelines.publish.findings import read_findings
from pipelines.publish.pictures import curves, deliveries, drawing, facts, flows, timeline
from pipelines.publish.pictures.collection import markdown_of
from pipelines.publish.pictures.plates import Plate
from pipelines.publish.report import draw
from pipelines.settings import ROOT

AS_OF = date(2024, 9, 1)
Row = dict[str, Any]
HOSTILE = [
    "$x^2$ $\\frac{",
    "</text><script>",
    "\ud800\ufffe\x00",
    "华为 🚀",
    "\u202eabc",
    "שלום مرحبا",
    "W" * 10_000,
    "",
]


def transfer(giver: str, taker: str, gpus: float | None, **more: Any) -> Row:
    return {
        "transfer_id": f"{giver}>{taker}", "kind": "diversion", "from_id": giver, "to_id": taker,
        "from_name": giver.title(), "to_name": taker.title(), "product": "H100", "gpus_low": gpus, "gpus_best": gpus,
        "gpus_high": gpus, "related": False, "related_through": None, "certainty": "reported", **more,
    }  # fmt: skip


def lot(name: str, gpus: float | None, promised: str | None, came: dict[str, float] | None = None, **more: Any) -> Row:
    day = date.fromisoformat(promised) if promised else None
    return {
        "shipment_id": name, "entity_id": name, "entity_name": name.title(), "gpus_low": gpus, "gpus_best": gpus,
        "gpus_high": gpus, "cancelled_gpus_best": 0, "first_promised_start": None, "first_promised_end": day,
        "current_promised_end": day,
        "arrivals": [(date.fromisoformat(on), total) for on, total in (came or {}).items()], **more,
    }  # fmt: skip


def curve(group: str, lots: int, steps: dict[int, float], kind: str = "supplier") -> list[Row]:
    return [
        {
            "group_kind": kind, "group_id": group, "group_name": group.title(), "lots": lots, "days_late": day,
            "at_risk": lots, "censored": 0, "undelivered_share": share,
            "undelivered_low": share / 2 if share else None,
            "undelivered_high": min(1.0, share * 1.5) if share else None,
        }
        for day, share in steps.items()
    ]  # fmt: skip


def statement(day: str, **more: Any) -> Row:
    none = dict.fromkeys(f"{kind}_{end}" for kind in ("actual", "promised", "revised") for end in ("start", "end"))
    return {
        **none, "event": "diversion", "certainty": "reported", "origin_id": "cnbc", "origin_name": "CNBC", "copies": 2,
        "source": "Rackside", "document": "a.html", "language": "fr", "known_at": datetime.fromisoformat(day), **more,
    }  # fmt: skip


EXAMPLES: dict[str, Callable[[str], Plate]] = {
    "flows": lambda words: flows.plate([
        transfer("tesla", "x", 12000, from_name=words, to_name=words, product=words, related=True,
                 related_through=words),
        transfer("tesla", "meta", 500, gpus_low=None, gpus_high=900, from_name=words, to_name=words, product=words),
    ]),
    "deliveries": lambda words: deliveries.plate(
        [lot("tesla", 100, "2024-06-30", {"2024-07-01": 40, "2024-08-01": 60}, entity_name=words)], AS_OF
    ),
    "curves": lambda words: curves.plate([
        {**row, "group_name": words} for row in curve("a", 6, {0: 0.8, 30: 0.5, 90: 0.0}) + curve("b", 3, {0: 1.0})
    ]),
    "timeline": lambda words: timeline.plate(
        transfer("tesla", "x", 12000, from_name=words, to_name=words, product=words),
        [
            statement("2024-06-04", source=words, origin_name=words, promised_end=date(2024, 6, 30)),
            statement("2024-06-05", source=None, document=words, actual_start=AS_OF, actual_end=AS_OF),
        ],
    ),
}  # fmt: skip


def test_flows_say_who_gave_who_got_and_what_came_back() -> None:
    plate = flows.plate(
        [
            transfer("tesla", "x", 12000, related=True, related_through="Musk"),
            transfer("x", "tesla", 9000),
        ]
    )
    assert plate.title == "12,000 H100 meant for Tesla went to X; 9,000 H100 came back, 3,000 less."
    assert plate.panels[0].description == "Tesla to X: 12,000 H100, related through Musk; X to Tesla: 9,000 H100."
    assert "Orange: related, both under one control on that day (Musk)." in plate.notes


def test_flows_add_up_what_went_the_same_way_and_keep_its_range() -> None:
    plate = flows.plate([
        transfer("a", "b", 100, gpus_low=80, gpus_high=120), transfer("a", "b", 50, gpus_high=None, product="B200"),
    ])  # fmt: skip
    assert plate.panels[0].description == "A to B: at least 130 GPUs of several products."


def test_a_resale_is_no_diversion() -> None:
    assert flows.plate([transfer("a", "b", 10, kind="resale")]).title.startswith("A sold or rented 10 H100 on to B")


def test_flows_say_what_they_leave_out() -> None:
    plate = flows.plate([
        *(transfer(f"a{number}", "b", 100 - number) for number in range(14)),
        transfer("c", "d", None), transfer("c", "d", 7, certainty="denied"),
    ])  # fmt: skip
    assert plate.notes[-1] == "Not drawn: 2 smaller flows, 1 transfer without a count and 1 denied transfer."


def test_promises_stand_against_what_came_by_the_day() -> None:
    plate = deliveries.plate(
        [
            lot("tesla", 100, "2024-06-30", {"2024-07-01": 40, "2024-10-01": 100}),
            lot("meta", 50, "2025-01-31"),
            lot("xai", 900, None),
            lot("ovh", None, "2024-01-01"),
        ],
        AS_OF,
    )
    assert plate.title == "Of 100 GPUs promised by 2024-09-01, sources tell of 40 that came: 40 %."
    assert [panel.title for panel in plate.panels] == [
        "Tesla: 40 of 100 due GPUs known to have come",
        "Meta: 50 GPUs promised, none due yet",
    ]
    assert "100 promised by 2024-06-30; 40 delivered by 2024-07-01" in plate.panels[0].description
    assert plate.notes[-1] == (
        "Not drawn: 1 lot with 900 GPUs and no promised day; 1 lot of which nobody gives a count."
    )


def test_one_recipient_that_got_too_much_does_not_pay_for_another() -> None:
    plate = deliveries.plate([lot("a", 10, "2024-06-30", {"2024-06-01": 10}), lot("b", 90, "2025-06-30")], AS_OF)
    assert plate.title == "Of 10 GPUs promised by 2024-09-01, sources tell of 10 that came: 100 %."


def test_curves_say_when_half_had_come_and_with_what_band() -> None:
    plate = curves.plate(curve("all", 10, {0: 0.6, 30: 0.3}, "all") + curve("acme", 6, {5: 0.9}))
    assert plate.title == "Of 10 lots, 60 % (30–90 %) missed the promised day; half had come 30 days after it."
    assert [panel.title for panel in plate.panels] == [
        "All 10 lots: half had come 30 days late",
        "From Acme, 6 lots: more than half still undelivered after 5 days",
    ]


def test_a_group_of_under_five_lots_gets_a_sentence_and_no_curve() -> None:
    plate = curves.plate(curve("acme", 6, {0: 0.5}) + curve("tiny", 4, {0: 0.5}))
    assert len(plate.panels) == 1
    assert plate.notes[-1] == "No curve for groups of under five lots: Tiny (4)."
    assert (
        curves.plate(curve("all", 4, {0: 0.5}, "all")).title == "4 lots fell due: under five are too few for a curve."
    )


def test_a_timeline_numbers_what_was_said_and_when() -> None:
    plate = timeline.plate(
        {**transfer("tesla", "x", 12000)},
        [
            statement("2024-06-04", promised_start=date(2024, 1, 1), promised_end=date(2024, 6, 30)),
            statement("2024-06-08", origin_id="memo", origin_name=None, source=None, copies=0, certainty="confirmed"),
        ],
    )
    assert plate.title == "12,000 H100, Tesla to X: told by 2 independent origins between 2024-06-04 and 2024-06-08."
    assert plate.panels[0].description == (
        "1. diversion: CNBC, in Rackside (fr), known 2024-06-04, reported, 2 copies, promised 2024-01-01 – 2024-06-30; "
        "2. diversion: a.html (fr), known 2024-06-08, confirmed."
    )


def test_where_there_is_nothing_a_sentence_says_so() -> None:
    empty = [flows.plate([]), deliveries.plate([], AS_OF), curves.plate([]), timeline.plate(transfer("a", "b", 1), [])]
    assert [plate.panels for plate in empty] == [()] * 4
    assert all(plate.title.endswith(".") for plate in empty)


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_words_from_outside_stay_words_in_a_drawing(kind: str, words: str, tmp_path: Path) -> None:
    plate = EXAMPLES[kind](words)
    for svg in drawing.svgs(plate, tmp_path):
        root = ElementTree.fromstring(svg)
        assert {part.tag for part in root.iter()} <= {
            "svg",
            "title",
            "desc",
            "defs",
            "g",
            "path",
            "use",
            "text",
            "clipPath",
            "rect",
        }
        assert not [name for part in root.iter() for name in part.attrib if name.startswith("on")]
        assert {part.get("href", "#")[0] for part in root.iter("use")} <= {"#"}
        assert "\u202e" not in svg
        if words.startswith("$"):
            assert kind in ("deliveries", "curves") or words[:5] in "".join(root.itertext())
    assert drawing.png(plate, tmp_path).startswith(b"\x89PNG")


def test_signs_that_no_font_has_are_named_and_never_boxes(tmp_path: Path) -> None:
    drawing.png(EXAMPLES["flows"]("a"), tmp_path)
    signs = drawing._signs()
    if ord("华") not in signs:
        assert drawing._drawn("华为 H100") == "[CJK] H100"
    assert drawing._drawn("Ü €, Ελλάδα") == "Ü €, Ελλάδα"


@pytest.mark.parametrize("kind", EXAMPLES)
def test_pictures_for_the_ui_are_small(kind: str, tmp_path: Path) -> None:
    assert len(drawing.png(EXAMPLES[kind]("Tesla, Inc."), tmp_path)) < 150_000


SAME = """
import hashlib, sys
from pathlib import Path
from pipelines.publish.pictures import drawing
from tests.unit.publish.test_pictures import EXAMPLES
data = [part.encode() for kind in EXAMPLES for part in drawing.svgs(EXAMPLES[kind]("Tesla"), Path(sys.argv[1]))]
data += [drawing.png(EXAMPLES[kind]("Tesla"), Path(sys.argv[1])) for kind in EXAMPLES]
print(hashlib.sha256(b"".join(data)).hexdigest())
"""


def test_the_same_tables_give_the_same_bytes_wherever_they_are_drawn(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("font.size: 30\naxes.facecolor: red\n", encoding="utf-8")
    seen = set()
    for seed in ("1", "2"):
        environment = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        command = [sys.executable, "-W", "error", "-c", SAME, str(tmp_path / "fonts")]
        ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
        seen.add(ran.stdout)
    assert len(seen) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"matplotlibrc", "fonts"}


def test_nothing_is_loaded_to_draw_before_something_is_drawn() -> None:
    code = (
        "import sys, pipelines.publish.report, pipelines.publish.pictures.collection;"
        "sys.exit(bool({'matplotlib', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


TABLES = (
    "allocation.transfers", "allocation.net_transfers", "allocation.entity_allocation", "delays.curves",
    "publish.publication",
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_its_picture_in_the_ui_drawn_once(
    table: str, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(published / "waybill.duckdb"), read_only=True) as connection:
        first = markdown_of(table, connection, AS_OF, tmp_path)
        monkeypatch.setattr(drawing, "png", lambda *_: pytest.fail("drawn again"))
        assert markdown_of(table, connection, AS_OF, tmp_path) == first
    assert first
    if table == "delays.curves":
        assert first.endswith("under five are too few for a curve\\.")
    else:
        words, data = first.removesuffix(")").split("](data:image/png;base64,")
        assert words.startswith("![")
        assert "<" not in words.replace("\\<", "")
        assert b64decode(data).startswith(b"\x89PNG")


def test_other_tables_have_none(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        assert markdown_of("raw.news_items", connection, AS_OF, tmp_path) is None


def test_a_picture_that_fails_leaves_its_table_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with duckdb.connect() as connection:
        said = markdown_of("delays.curves", connection, AS_OF, tmp_path)
    assert said
    assert re.fullmatch(r"No picture could be drawn \(\w+Exception\); the rows are complete\.", said)
    assert "delays.curves: no picture, since " in caplog.text


def test_a_picture_that_fails_leaves_the_page(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    findings = read_findings(published / "waybill.duckdb", most_rejections=1, most_evidence=5)
    broken = replace(findings, curves=[{"group_kind": "all"}])
    assert draw(broken, tmp_path)["curves"].title.startswith("This picture could not be drawn")
    assert draw(broken, tmp_path)["flows"].drawings
    assert "the picture curves is missing, since KeyError" in caplog.text


def test_what_came_never_exceeds_what_the_ledger_counts(published: Path) -> None:
    with duckdb.connect(str(published / "waybill.duckdb"), read_only=True) as connection:
        rows = facts.lots(connection)
    assert rows
    assert [row for row in rows if row["arrivals"] and row["arrivals"][-1][1] > row["delivered_gpus_best"]] == []
