"""What is wrong with a configuration, in words that a person can act on: which key, what was found, what is allowed."""

import copy
import difflib
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from iadb_core.networks.registry import NETWORKS
from workflow.configuration import NAMES, Configuration

Path = tuple[Any, ...]
INTEGER = re.compile(r"[+-]?\d+")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WANTED = {
    "int_type": "an integer",
    "float_type": "a number",
    "string_type": "a string",
    "bool_type": "a boolean",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a section",
    "model_type": "a section",
    "model_attributes_type": "a section",
}
FOUND = {str: "a string", bool: "a boolean", int: "an integer", float: "a number", list: "a list", dict: "a section"}
TEMPLATES = {
    "finite_number": "{found} is not finite",
    "greater_than_equal": "{found} is out of range; it must be at least {ge}",
    "greater_than": "{found} is out of range; it must be greater than {gt:g}",
    "less_than_equal": "{found} is out of range; it must be at most {le}",
    "less_than": "{found} is out of range; it must be less than {lt}",
    "multiple_of": "{found} is not a multiple of {multiple_of}",
    "string_too_short": "must not be empty",
    "too_long": "at most {max_length} values, not {actual_length}",
    "value_error": "{error}",
}
SECTIONS_OR_WORDS = ("ModelPairs",)  # classes of fields that hold a word or a section
UNSAID = ("default_factory_not_called",)  # follows from another mistake


def mistakes(config: Any, error: ValidationError) -> Iterator[tuple[Path, str]]:
    """Of each mistake that pydantic has found in `config` the path of the key, and what to say of it."""
    for found in error.errors(include_url=False):
        if found["type"] not in UNSAID and not _of_another_kind(found):
            loc = tuple(part for part in found["loc"] if not _is_branch(part))
            yield _described(found, loc, _as_written(loc, config))


def _is_branch(part: Any) -> bool:
    """Whether a part of pydantic's path says which kind of value a field was tried as, word or section."""
    return isinstance(part, str) and (part.startswith("literal[") or part in SECTIONS_OR_WORDS)


def _of_another_kind(error: ErrorDetails) -> bool:
    """Whether a word was tried as a section, or a section as a word: of the two, only the other mistake is told."""
    last, tried = error["loc"][-1], error["type"]
    if not _is_branch(last):
        return False
    return isinstance(error["input"], Mapping) if tried == "literal_error" else tried.startswith("model_")


def with_numbers(config: Any, error: ValidationError) -> Any:
    """`config` with numbers in the place of texts that are some, where they are asked for; None if there are none.

    YAML takes 1e-3 for text, and Snakemake what stands within a section that is given by --config.
    """
    found = copy.deepcopy(config)
    changed = False
    for mistake in error.errors(include_url=False):
        given, kind = mistake["input"], mistake["type"]
        if isinstance(given, str) and (number := _number(given.strip(), kind)) is not None:
            *sections, key = _as_written(mistake["loc"], config)
            section = found
            for part in sections:
                section = section[part]
            section[key], changed = number, True
    return found if changed else None


def _number(text: str, kind: str) -> float | int | bool | None:
    """The number or the truth value that a text is, where one of that kind is asked for."""
    if kind == "bool_type" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind not in ("int_type", "float_type") or not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        return None
    number = float(text)
    if kind == "int_type":
        return int(text) if INTEGER.fullmatch(text) else int(number) if number.is_integer() else None
    return number


def _as_written(loc: Path, config: Any) -> Path:
    """The path of a key as the user wrote it: pydantic puts a network's name into it."""
    path: list[Any] = []
    for number, part in enumerate(loc):
        last = number == len(loc) - 1
        if isinstance(config, Mapping) and part not in config and not last:
            continue
        path.append(part)
        try:
            config = config[part]
        except (KeyError, IndexError, TypeError):
            config = None
    return tuple(path)


def _described(error: ErrorDetails, loc: Path, path: Path) -> tuple[Path, str]:
    kind, found, context = error["type"], error["input"], error.get("ctx", {})
    match kind:
        case "missing" if isinstance(path[-1], int):
            return path[:-1], f"needs {path[-1] + 1} values, not {len(found)}"
        case "missing":
            return path[:-1], f"{path[-1]} is missing ({_about(path)})"
        case "extra_forbidden" | "invalid_key":
            return path, _unknown_key(loc)
        case "union_tag_not_found":
            return path, f"name is missing; allowed: {', '.join(NETWORKS)}"
        case "union_tag_invalid":
            return (*path, "name"), f"{context['tag']!r} is unknown; allowed: {_listed(context['expected_tags'])}"
        case "literal_error":
            return path, f"{found!r} is unknown; allowed: {_listed(context['expected'])}"
        case "string_pattern_mismatch" if path[-1] == "[key]":
            return path[:-2], f"the name {found!r} cannot be used; allowed: {NAMES}"
        case "string_type" if path[-1] == "[key]":
            return path[:-2], f"{found!r} is not text to YAML; put the name in quotes"
        case "string_pattern_mismatch":
            return path, f"{found!r} is not allowed; allowed: {_about(path)}"
        case "too_short":
            least = context["min_length"]
            return path, "must not be empty" if least == 1 else f"needs {least} values, not {context['actual_length']}"
        case "model_type" | "model_attributes_type" if isinstance(found, str) and found in _known(_part(loc)):
            return path, f"{found!r} has settings of its own: write `{path[-1]}: {{{found}: {{}}}}`"
        case _ if kind in WANTED:
            return path, f"{found!r} is {_kind(found)}, not {WANTED[kind]}"
        case _ if kind in TEMPLATES:
            return path, TEMPLATES[kind].format(found=found, **context)
    return path, error["msg"]


def _listed(expected: str) -> str:
    """The values that pydantic lists as 'a', 'b' or 3."""
    return ", ".join(text or number for text, number in re.findall(r"'([^']*)'|\b(\d+)\b", expected))


def _kind(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "not finite"
    return FOUND.get(type(value), "empty" if value is None else type(value).__name__)


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of a configuration, which pydantic makes of its classes."""
    return Configuration.model_json_schema()


def resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema with its `$ref`, if it is one, looked up in the whole schema."""
    if "$ref" not in part:
        return part
    return {**schema()["$defs"][part["$ref"].rpartition("/")[2]], **part}


def _part(loc: Path) -> Mapping[str, Any]:
    """The part of the schema that a path leads to; of a choice of networks, by the name in the path or the first."""
    part: Mapping[str, Any] = schema()
    for step in loc:
        part = resolved(part)
        if "oneOf" in part:
            named = part["discriminator"]["mapping"]
            own = named.get(step)
            part = resolved({"$ref": own or next(iter(named.values()))})
            if own:
                continue
        if isinstance(step, int):
            part = part["prefixItems"][step] if "prefixItems" in part else part.get("items", {})
        else:
            whatever = [*part.get("patternProperties", {}).values(), part.get("additionalProperties") or {}]
            part = part.get("properties", {}).get(step) or whatever[0]
        if "anyOf" in part:  # a value or none, or a word or a section
            kinds = [resolved(own) for own in part["anyOf"]]
            part = {**next((own for own in kinds if "properties" in own), kinds[0]), **part}
    return resolved(part)


def _about(path: Path) -> str:
    return str(_part(path).get("description", "needed")).rstrip(".")


def _unknown_key(loc: Path) -> str:
    """What to say of a key that is not there, by the path that pydantic tells, in which a network's name stands."""
    key, section = str(loc[-1]), loc[:-1]
    choice = _part(section[:-1]) if section else {}
    if "oneOf" in choice:
        having = [name for name, own in choice["discriminator"]["mapping"].items() if key in _known({"$ref": own})]
        if having:
            return f"only {' and '.join(having)} has it; remove it"
    known = _known(_part(section))
    near = difflib.get_close_matches(key, known, n=1)
    return f"unknown key; did you mean {near[0]}?" if near else f"unknown key; allowed: {', '.join(known)}"


def _known(part: Mapping[str, Any]) -> list[str]:
    return list(resolved(part).get("properties", {}))
