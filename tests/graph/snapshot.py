"""The asset graph as text that a person can review: `python -m tests.graph.snapshot` writes it beside this file."""

from pathlib import Path

import dagster as dg

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


def describe(definitions: dg.Definitions) -> str:
    """One paragraph an asset, in groups: kinds, owners, what it is made from, columns, checks that block or warn."""
    graph = definitions.resolve_asset_graph()
    checks: dict[dg.AssetKey, list[dg.AssetCheckSpec]] = {}
    for check_key in graph.asset_check_keys:
        checks.setdefault(check_key.asset_key, []).append(graph.get_check_spec(check_key))
    nodes = sorted((graph.get(key) for key in graph.get_all_asset_keys()), key=lambda node: (node.group_name, node.key))
    paragraphs = []
    for node in nodes:
        lines = [node.key.to_user_string()]
        lines.append(f"  group {node.group_name}; kinds {', '.join(sorted(node.kinds))}; {', '.join(node.owners)}")
        if node.is_external:
            lines.append("  external: nothing is stored")
        lines += [f"  from {key.to_user_string()}" for key in sorted(node.parent_keys)]
        schema = node.metadata.get("dagster/column_schema")
        if isinstance(schema, dg.TableSchema | dg.TableSchemaMetadataValue):
            columns = schema.schema.columns if isinstance(schema, dg.TableSchemaMetadataValue) else schema.columns
            lines.append(f"  columns {', '.join(column.name for column in columns)}")
        for check in sorted(checks.get(node.key, ()), key=lambda check: check.name):
            lines.append(f"  {'blocks' if check.blocking else 'warns'} {check.name}")
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs) + "\n"


if __name__ == "__main__":
    from pipelines.definitions import defs

    SNAPSHOT.write_text(describe(defs), encoding="utf-8")
    print(f"wrote {SNAPSHOT}")
