"""docs/configuration.md, written from the schema: python -m workflow.reference > docs/configuration.md"""

from collections.abc import Iterator, Mapping
from typing import Any

from workflow.schema import load_schema, resolved

INTRODUCTION = """# Every key of config.yaml

Written from `workflow/schemas/config.schema.yaml` by `python -m workflow.reference > docs/configuration.md`; a test
holds the two together. `defaults:` takes the keys of an experiment and is merged, key by key, under each experiment;
`source`, `target` and `network` are taken whole. Numbers such as `1e-3` are text to YAML: write `0.001` or `1.0e-3`.
"""


def rows(section: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[str]:
    """The table rows of a section's keys, those of its subsections after it."""
    for key, value in section.get("properties", {}).items():
        value = resolved(value, schema)
        allowed = _allowed(value)
        default = f"`{value['default']}`" if value.get("default") not in (None, {}) else ""
        yield f"| `{where}{key}` | {value.get('description', '')} | {allowed} | {default} |"
        yield from rows(value, schema, f"{where}{key}.")


def _allowed(value: Mapping[str, Any]) -> str:
    if "enum" in value:
        return ", ".join(f"`{item}`" for item in value["enum"])
    kind = {"object": "section", "array": "list"}.get(value["type"], value["type"])
    low = f"≥ {value['minimum']}" if "minimum" in value else ""
    low = f"> {value['exclusiveMinimum']}" if "exclusiveMinimum" in value else low
    high = f"≤ {value['maximum']}" if "maximum" in value else ""
    step = f"multiple of {value['multipleOf']}" if "multipleOf" in value else ""
    return ", ".join(part for part in (kind, low, high, step) if part)


def reference() -> str:
    """The whole page, Markdown."""
    schema = load_schema()
    head = "| key | meaning | allowed | default |\n| --- | --- | --- | --- |\n"
    top = "\n".join(rows(schema, schema, ""))
    experiment = "\n".join(rows(schema["$defs"]["experiment"], schema, ""))
    return f"{INTRODUCTION}\n## Top level\n\n{head}{top}\n\n## An experiment\n\n{head}{experiment}\n"


if __name__ == "__main__":
    print(reference(), end="")
