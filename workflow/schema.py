"""config.schema.yaml at work: checking with messages that a person can act on, and filling in defaults."""

import copy
import difflib
import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

SCHEMA = Path(__file__).parent / "schemas" / "config.schema.yaml"
FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def _finite_number(_: Any, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole_number(_: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _finite_number).redefine(
        "integer", _whole_number
    ),
)


@cache
def load_schema() -> dict[str, Any]:
    """The schema of config.yaml."""
    schema: dict[str, Any] = yaml.load(SCHEMA.read_text(encoding="utf-8"), Loader=FAST_LOADER)
    return schema


def mistakes(config: Any, schema: dict[str, Any]) -> list[tuple[tuple[Any, ...], str]]:
    """What the schema refuses: for each mistake the path of the key, and what to say of it."""
    errors = sorted(Validator(schema).iter_errors(config), key=lambda error: [str(x) for x in error.absolute_path])
    return [mistake for error in errors for mistake in _described(error)]


def _described(error: ValidationError) -> list[tuple[tuple[Any, ...], str]]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        return [((*path, key), _unknown_key(key, known)) for key in error.instance if key not in known]
    return [(path, _message(error))]


def _message(error: ValidationError) -> str:
    found, rule = error.instance, error.validator_value
    known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    if "propertyNames" in error.absolute_schema_path:
        return f"the name {found!r} cannot be used; allowed: {error.schema['description']}"
    match error.validator:
        case "required":
            missing = [key for key in rule if key not in found]
            return "; ".join(f"{key} is missing ({_about(key, known)})" for key in missing)
        case "type":
            return f"{found!r} is {_kind(found)}, not {_article(rule)}{_hint(found, rule)}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            relation = {"minimum": "at least", "exclusiveMinimum": "greater than", "maximum": "at most"}
            return f"{found} is out of range; it must be {relation.get(error.validator, 'less than')} {rule}"
        case "multipleOf":
            return f"{found} is not a multiple of {rule}"
        case "enum":
            return f"{found!r} is unknown; allowed: {', '.join(map(str, rule))}"
        case "minProperties" | "maxProperties" if known:
            return f"give exactly one of {', '.join(known)}"
        case "minProperties" | "minItems":
            return "must not be empty" if rule == 1 else f"needs {rule} values, not {len(found)}"
        case "maxItems":
            return f"at most {rule} values, not {len(found)}"
        case "uniqueItems":
            return f"{found} names something twice"
        case "pattern":
            return f"{found!r} is not allowed; allowed: {error.schema.get('description', rule)}"
        case _:
            return f"{error.message}; {error.schema.get('description', '')}"


def _unknown_key(key: Any, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(str(key), known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(known)}"
    return f"unknown key; {advice}"


def _about(key: str, known: Mapping[str, Any]) -> str:
    return str(resolved(known.get(key, {}), load_schema()).get("description", "needed")).rstrip(".")


def _kind(value: Any) -> str:
    names = {
        str: "a string",
        bool: "a boolean",
        int: "an integer",
        float: "a number",
        list: "a list",
        dict: "a section",
    }
    if isinstance(value, float) and not math.isfinite(value):
        return "not finite"
    return names.get(type(value), "empty" if value is None else type(value).__name__)


def _article(kind: str) -> str:
    return {"object": "a section", "array": "a list", "integer": "an integer"}.get(kind, f"a {kind}")


def _hint(found: Any, rule: str) -> str:
    if rule in ("number", "integer") and isinstance(found, str) and NUMBER.fullmatch(found):
        number = float(found)
        written = f"{number:.0f}" if rule == "integer" and number.is_integer() else _yaml_number(number)
        return f": YAML takes it for text; write {written}"
    return ""


def _yaml_number(number: float) -> str:
    mantissa, mark, exponent = repr(number).partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + mark + exponent


def fill(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> None:
    """Fill in the schema's defaults, in place. root: the whole schema, which holds `$defs`."""
    schema = resolved(schema, root)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for key, below in properties.items():
            below = resolved(below, root)
            if "default" in below:
                value.setdefault(key, copy.deepcopy(below["default"]))
        for key, item in value.items():
            below = properties.get(key) or schema.get("additionalProperties")
            if isinstance(below, dict):
                fill(item, below, root)


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema with its `$ref`, if it is one, looked up in the whole schema."""
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    return {**root["$defs"][name], **schema}
