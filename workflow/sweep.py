"""Sweeps: an experiment with lists of values becomes one experiment for each combination, named after what differs."""

import copy
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

NOT_SWEPT = ("seeds", "sweep")
LONGEST = 150  # of what is put behind the name, which is that of a folder
PLAIN = re.compile(r"[A-Za-z0-9_.+-]+")
SEPARATOR = "~"  # a comma would separate wildcards where Snakemake passes them on to a job on another machine


class SweepError(Exception):
    """What is wrong with a sweep: `place`, the key that is, and the message."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place


def variants(name: str, experiment: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """For each combination of an experiment's sweep: its name, the experiment, and the swept values by their keys.

    The lists of `grid` are combined each with each; those of `zip` side by side, and these with the grid.
    Raises SweepError for a key that is not there, lists of different length, or names that are not distinct.
    """
    sweep, base = experiment["sweep"], {key: value for key, value in experiment.items() if key != "sweep"}
    grid, together = sweep.get("grid", {}), sweep.get("zip", {})
    _check(grid, together)
    keys = [*grid, *together]
    side_by_side = list(zip(*together.values(), strict=True)) if together else [()]
    found: set[str] = set()
    for combined in itertools.product(*grid.values(), side_by_side):
        values = dict(zip(keys, [*combined[:-1], *combined[-1]], strict=True))
        told = SEPARATOR.join(_told(key, keys, value, sweep) for key, value in values.items())
        called = f"{name}{SEPARATOR}{told}"
        if called in found:
            raise SweepError("sweep", f"gives {called} twice: no list may repeat a value")
        if len(told) > LONGEST:
            raise SweepError("sweep", f"gives a name of {len(told)} letters, more than {LONGEST}: {told}")
        found.add(called)
        yield called, _with_values(base, values), values


def _check(grid: Mapping[str, Any], together: Mapping[str, Any]) -> None:
    lengths = {key: len(values) for key, values in together.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key} {length}" for key, length in lengths.items())
        raise SweepError("sweep.zip", f"its lists must be of one length, and are of several: {told}")
    for key in [*grid, *together]:
        part, section = ("grid" if key in grid else "zip"), key.split(".")[0]
        if section in NOT_SWEPT:
            raise SweepError(f"sweep.{part}.{key}", f"{section} cannot be swept")
        if key in grid and key in together:
            raise SweepError(f"sweep.zip.{key}", "it is in grid as well")
        if whole := [other for other in [*grid, *together] if key.startswith(f"{other}.")]:
            raise SweepError(f"sweep.{part}.{key}", f"{whole[0]}, of which it is a part, is swept as well")


def _with_values(base: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the experiment in which keys, such as training.learning_rate, have other values."""
    changed = copy.deepcopy(dict(base))
    for key, value in values.items():
        *sections, last = key.split(".")
        section = changed
        for name in sections:
            section = section.setdefault(name, {})
            if not isinstance(section, dict):
                raise SweepError(f"sweep: {key}", f"{name} is no section")
        section[last] = copy.deepcopy(value)
    return changed


def _told(key: str, keys: list[str], value: Any, sweep: Mapping[str, Any]) -> str:
    """A swept value in a name: learning_rate=0.001. What cannot be told in a word is told by its place in the list."""
    last = key.rpartition(".")[2]
    short = last if [other.rpartition(".")[2] for other in keys].count(last) == 1 else key
    listed = {**sweep.get("grid", {}), **sweep.get("zip", {})}[key]
    text = _word(value)
    distinct = all(_word(other) != text for other in listed if other != value)
    return f"{short}={text if text and distinct else f'no{listed.index(value) + 1}'}"


def _word(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        words = [_word(item) for item in value]
        return "-".join(word for word in words if word) if words and all(words) else None
    return str(value) if isinstance(value, int | float | str) and PLAIN.fullmatch(str(value)) else None
