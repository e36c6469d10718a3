import difflib
import re

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from pipelines.settings import ROOT
from pipelines.sql_model import Model, read_models
from pipelines.suppliers.edifact import reader as edifact_reader
from pipelines.suppliers.x12 import reader as x12_reader
from tests.graph.snapshot import SNAPSHOT, describe

STAGES = [
    "sources", "raw", "reference", "claims", "records", "shipments", "allocation", "delays", "supply", "quality",
    "publish",
]  # fmt: skip
CHAIN = [
    ("sources", "raw"),
    ("raw", "claims"),
    ("reference", "claims"),
    ("claims", "records"),
    ("reference", "records"),
    ("records", "shipments"),
    ("shipments", "allocation"),
    ("shipments", "delays"),
    ("allocation", "publish"),
    ("delays", "publish"),
    ("shipments", "supply"),
    ("supply", "quality"),
    ("quality", "publish"),
]
MODELS = {name: model for name, model in read_models(ROOT / "sql").items() if not model.macro_parameter}


def columns_of(graph: AssetGraph, table: str) -> list[dg.TableColumn]:
    schema = graph.get(dg.AssetKey(table.split("."))).metadata["dagster/column_schema"]
    return list(schema.schema.columns if isinstance(schema, dg.TableSchemaMetadataValue) else schema.columns)


def test_graph_is_the_one_that_was_reviewed(definitions: dg.Definitions) -> None:
    kept, now = SNAPSHOT.read_text(encoding="utf-8"), describe(definitions)
    changes = "\n".join(difflib.unified_diff(kept.splitlines(), now.splitlines(), "reviewed", "now", lineterm="", n=1))
    assert now == kept, f"the asset graph changed; if it should, run `make snapshot`:\n{changes}"


def test_every_model_is_an_asset_of_its_stage(graph: AssetGraph) -> None:
    tables = {key.to_user_string().replace("/", ".", 1) for key in graph.materializable_asset_keys}
    assert tables == set(MODELS) | {"publish.publication"}
    assert {node.key.path[0] for node in map(graph.get, graph.get_all_asset_keys())} == set(STAGES)
    for key in graph.get_all_asset_keys():
        assert graph.get(key).group_name == key.path[0]


def test_every_asset_says_what_it_is_and_whose(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.owners == ["team:ledger"], key
        assert node.kinds, key


def test_every_message_that_is_read_is_an_asset_of_its_own(graph: AssetGraph) -> None:
    read = {f"x12_{kind}" for kind in x12_reader.READERS} | {
        f"edifact_{kind.lower()}" for kind in edifact_reader.READERS
    }
    standards = (dg.AssetKey(["sources", "supplier_x12"]), dg.AssetKey(["sources", "supplier_edifact"]))
    assert {key.path[1] for standard in standards for key in graph.get(standard).child_keys} == read


def test_only_what_is_read_from_outside_is_external(graph: AssetGraph) -> None:
    external = {key.path[0] for key in graph.get_all_asset_keys() if graph.get(key).is_external}
    assert external == {"sources"}


def test_stages_never_read_a_later_stage(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            assert STAGES.index(parent.path[0]) <= STAGES.index(key.path[0]), f"{key} reads {parent}"


@pytest.mark.parametrize(("before", "after"), CHAIN)
def test_stages_follow_one_another(graph: AssetGraph, before: str, after: str) -> None:
    edges = {
        (parent.path[0], key.path[0]) for key in graph.get_all_asset_keys() for parent in graph.get(key).parent_keys
    }
    assert (before, after) in edges


@pytest.mark.parametrize("table", sorted(MODELS))
def test_every_column_is_documented_and_links_to_what_it_comes_from(graph: AssetGraph, table: str) -> None:
    model = MODELS[table]
    columns = columns_of(graph, table)
    assert [column.name for column in columns] == [column.name for column in model.columns]
    lineage = graph.get(dg.AssetKey(table.split("."))).metadata["dagster/column_lineage"]
    deps = getattr(lineage, "lineage", lineage).deps_by_column
    for column in columns:
        assert column.description, column.name
        for dep in deps.get(column.name, []):
            place = "/".join(dep.asset_key.path)
            link = f"[{place.replace('/', '.')}.{dep.column_name}](/assets/{place})"
            assert link in column.description, f"{table}.{column.name}: {column.description}"
    linked = set(re.findall(r"\(/assets/([\w/]+)\)", " ".join(column.description or "" for column in columns)))
    assert linked <= {key.to_user_string() for key in graph.get_all_asset_keys()}


@pytest.mark.parametrize("table", sorted(MODELS))
def test_links_up_the_lineage_stand_in_the_description(graph: AssetGraph, table: str) -> None:
    node = graph.get(dg.AssetKey(table.split(".")))
    for parent in node.parent_keys:
        if parent.path[0] != "sources" and not is_given_by_stage(MODELS[table], parent):
            assert f"(/assets/{'/'.join(parent.path)})" in (node.description or "")


def is_given_by_stage(model: Model, parent: dg.AssetKey) -> bool:
    return ".".join(parent.path) not in model.dependencies


@pytest.mark.parametrize("table", sorted(MODELS))
def test_checks_are_those_of_the_sql_comments(graph: AssetGraph, table: str) -> None:
    key = dg.AssetKey(table.split("."))
    specs = [graph.get_check_spec(check) for check in graph.asset_check_keys if check.asset_key == key]
    in_graph = {(spec.name, spec.blocking, spec.description) for spec in specs}
    text = MODELS[table].sql
    names = {spec.name: spec.blocking for spec in specs}
    for kind, name in re.findall(r"^-- (check|warn) (\w+):", text, flags=re.MULTILINE):
        assert names[name] == (kind == "check")
    assert in_graph == {(check.name, check.blocking, check.description) for check in MODELS[table].checks}
    assert any(check.blocking for check in MODELS[table].checks), f"{table} has no key"


def test_read_is_accepted_and_rejected_blocks(graph: AssetGraph) -> None:
    blocking = {check for check in graph.asset_check_keys if graph.get_check_spec(check).blocking}
    for table in ("raw/news_documents", "claims/supplier_readings"):
        key = dg.AssetKey(table.split("/"))
        assert any(check.asset_key == key and "accepted" in check.name for check in blocking), table


def test_what_comes_from_outside_has_a_freshness_policy(graph: AssetGraph) -> None:
    for key in graph.materializable_asset_keys:
        assert bool(graph.get(key).freshness_policy) == (key.path[0] == "raw"), key
