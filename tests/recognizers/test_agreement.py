"""We agree with Recognizers-Text as often as written down; runs where WAYBILL_RECOGNIZERS names a copy of it."""

import os
from pathlib import Path

import pytest

from pipelines.extraction import pack as packs
from tests.recognizers.agreement import FILES, JUDGES, LANGUAGES, Case, count, read_ledger

FOLDER = os.environ.get("WAYBILL_RECOGNIZERS", "")


@pytest.mark.parametrize(("kind", "language"), read_ledger())
def test_it_agrees_as_often_as_the_ledger_says(kind: str, language: str) -> None:
    if not FOLDER:
        pytest.skip("set WAYBILL_RECOGNIZERS to a folder that holds the folder Specs of microsoft/Recognizers-Text")
    cases, agree = read_ledger()[kind, language]
    now, agree_now = count(Path(FOLDER), kind, language)
    assert now == cases, "the Specs are of another edition: write the ledger anew with tests.recognizers.agreement"
    assert agree_now >= agree, f"{agree - agree_now} cases of {language} {kind} no longer agree"


def test_the_ledger_covers_every_kind_and_language() -> None:
    assert set(read_ledger()) == {(kind, language) for kind in FILES for language in LANGUAGES}
    assert set(LANGUAGES) == set(packs.available())
    assert all(0 <= agree <= cases for cases, agree in read_ledger().values())


DAY = {"Context": {"ReferenceDateTime": "2024-06-05T00:00:00"}}


@pytest.mark.parametrize(
    ("kind", "case", "verdict"),
    [
        ("number", {"Input": "some 12,000 of them", "Results": [{"Resolution": {"value": "12000"}}]}, True),
        ("number", {"Input": "some 12,000 of them", "Results": [{"Resolution": {"value": "12"}}]}, False),
        ("number", {"Input": "none at all", "Results": []}, True),
        ("currency", {"Input": "it cost $5 billion", "Results": [
            {"TypeName": "currency", "Resolution": {"value": "5000000000", "unit": "Dollar"}}]}, True),
        ("currency", {"Input": "it cost €5 billion", "Results": [
            {"TypeName": "currency", "Resolution": {"value": "5000000000", "unit": "Dollar"}}]}, False),
        ("duration", {"Input": "three weeks late", "Results": [
            {"Value": {"FutureResolution": {"duration": "1814400"}}}]}, True),
        ("duration", {"Input": "an hour late", "Results": [
            {"Value": {"FutureResolution": {"duration": "3600"}}}]}, None),
        ("period", {**DAY, "Input": "in May 2025", "Results": [
            {"Value": {"FutureResolution": {"startDate": "2025-05-01", "endDate": "2025-06-01"}}}]}, True),
        ("period", {**DAY, "Input": "in May 2025", "Results": [
            {"Value": {"FutureResolution": {"startDate": "2024-05-01", "endDate": "2024-06-01"}}}]}, False),
    ],
)  # fmt: skip
def test_a_case_agrees_where_values_and_days_are_the_same(kind: str, case: Case, verdict: bool | None) -> None:
    assert JUDGES[kind](case, packs.load("en")) is verdict
