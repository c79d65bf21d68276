"""The configuration as it is written: files, what lies on top of them, and where a mistake in a file is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from workflow.configuration import TAKEN_WHOLE

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LONGEST = 80  # of a line that is shown


class ReadingError(Exception):
    """What is wrong with a file of the configuration: file, line, and what to do."""


def read(path: str | Path) -> dict[str, Any]:
    """A file of the configuration. Raises ReadingError if it is no YAML or JSON of sections, or names a key twice."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ReadingError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReadingError(f"{path} cannot be read: it is no UTF-8 ({error.reason} at byte {error.start})") from error
    try:
        root = yaml.compose(text, Loader)
        if said := list(_repeated(root, ())):
            raise ReadingError("\n".join(f"{path}: {told}" for told in said))
        content = yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ReadingError(f"{path}, {_told(error, text)}") from None
    if not isinstance(content, dict):
        raise ReadingError(f"{path} has no sections: it begins with `experiments:`, and each has its name below")
    return content


def _repeated(node: yaml.Node | None, place: tuple[str, ...]) -> Iterator[str]:
    """What to say of each key that a section has twice, of which YAML keeps the last without a word."""
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _repeated(item, (*place, str(number)))
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in lines and name != "<<":
            yield f"{'.'.join((*place, name))} is there twice, in lines {lines[name]} and {line}; keep one"
        lines.setdefault(name, line)
        yield from _repeated(value, (*place, name))


def _told(error: yaml.YAMLError, text: str) -> str:
    """Where a file is no YAML, the line itself, and what is likely wrong."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    lines = text.splitlines() or [""]
    if mark is None:
        return f"which is no YAML: {error}"
    number = min(mark.line, len(lines) - 1)
    line = lines[number]
    return f"line {number + 1}, column {mark.column + 1}: {_likely(error, line)}\n    {line.strip()[:LONGEST]}"


def _likely(error: yaml.YAMLError, line: str) -> str:
    problem = str(getattr(error, "problem", None) or "it is no YAML")
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or "'\\t'" in problem:
        return "a tab; write spaces in its place"
    if re.search(r"expected ',' or '[}\]]'|stream end|block end", problem) and _opened(line):
        return f"a bracket or brace that is not closed, here or in a line above ({problem})"
    if "mapping values are not allowed" in problem:
        return f"a colon too many, or a line that is indented too far ({problem})"
    return f"{problem}; look at this line and the one above: brackets, quotes, indentation"


def _opened(line: str) -> bool:
    return True if not line.strip() else any(mark in line for mark in "{[:,")


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` on top of `base`, section by section; neither is changed.

    The sections that stand for one of several kinds (source, target, network) are taken whole from `over`.
    """
    found = dict(base)
    for key, value in over.items():
        below = found.get(key)
        mergeable = isinstance(value, Mapping) and isinstance(below, Mapping) and key not in TAKEN_WHOLE
        found[key] = merged(below, value) if mergeable and below else value
    return found


def as_written(files: Sequence[str | Path], settings: Any) -> dict[str, Any]:
    """The configuration as the user wrote it: config.yaml, on it the files of --configfile, on them --config.

    Read anew, since Snakemake merges the kinds of a source into each other and keeps the last of two equal keys.
    files: all that Snakemake has read. settings: its `config_settings`. Raises ReadingError as `read` does.
    """
    given = [Path(path) for path in settings.configfiles]
    own = [] if settings.replace_workflow_config else [path for path in map(Path, files) if path not in given]
    config: dict[str, Any] = {}
    for path in [*own, *given]:
        config = merged(config, read(path))
    return merged(config, settings.config)
