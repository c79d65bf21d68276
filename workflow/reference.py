"""docs/configuration.md, written from the settings: python -m workflow.reference > docs/configuration.md"""

from collections.abc import Iterator, Mapping
from typing import Any

from workflow.mistakes import resolved, schema

INTRODUCTION = """# Every key of config.yaml

Written from the settings of the rooms of `iadb_core` (their `settings.py`, the kinds of data and the networks) by
`python -m workflow.reference > docs/configuration.md`; a test holds the two together. `defaults:` takes the keys of an
experiment and is merged, key by key, under each experiment; `source`, `target` and `network` are taken whole.
"""


def rows(section: Mapping[str, Any], where: str, of: str = "") -> Iterator[str]:
    """The table rows of a section's keys, those of its subsections after it. of: what the section is of, if of one."""
    for key, value in section.get("properties", {}).items():
        value = resolved(value)
        if "anyOf" in value:  # a value or none
            value = {**resolved(value["anyOf"][0]), **value}
        yield _row(f"{where}{key}", of, value)
        for name, own in value.get("discriminator", {}).get("mapping", {}).items():  # one of several, by its name
            yield from rows(resolved({"$ref": own}), f"{where}{key}.", f"{name}: ")
        yield from rows(value, f"{where}{key}.")


def _row(key: str, of: str, value: Mapping[str, Any]) -> str:
    plain = value.get("default") is not None and value.get("type") != "object" and "const" not in value
    return f"| `{key}` | {of}{value.get('description', '')} | {_allowed(value)} | {_default(value) if plain else ''} |"


def _default(value: Mapping[str, Any]) -> str:
    return f"`{value['default']}`" if value["default"] not in ([], {}) and "$ref" not in value else ""


def _allowed(value: Mapping[str, Any]) -> str:
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{item}`" for item in value["enum"])
    kind = {"object": "section", "array": "list"}.get(value.get("type", "object"), value.get("type", ""))
    low = f"≥ {value['minimum']}" if "minimum" in value else ""
    low = f"> {value['exclusiveMinimum']}" if "exclusiveMinimum" in value else low
    high = f"≤ {value['maximum']}" if "maximum" in value else ""
    high = f"< {value['exclusiveMaximum']}" if "exclusiveMaximum" in value else high
    step = f"multiple of {value['multipleOf']}" if "multipleOf" in value else ""
    return ", ".join(part for part in (kind, low, high, step) if part)


def reference() -> str:
    """The whole page, Markdown."""
    head = "| key | meaning | allowed | default |\n| --- | --- | --- | --- |\n"
    experiment = resolved({"$ref": "#/$defs/Experiment"})
    top, own = ("\n".join(rows(section, "")) for section in (schema(), experiment))
    return f"{INTRODUCTION}\n## Top level\n\n{head}{top}\n\n## An experiment\n\n{head}{own}\n"


if __name__ == "__main__":
    print(reference(), end="")
