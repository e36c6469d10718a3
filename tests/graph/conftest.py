"""The definitions, put together once a session."""

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from pipelines.definitions import defs


@pytest.fixture(scope="session")
def definitions() -> dg.Definitions:
    return defs


@pytest.fixture(scope="session")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()
