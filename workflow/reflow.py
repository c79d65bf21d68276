"""Reflow: an experiment becomes a chain, in which each training learns the pairs that the model before it makes."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

ONLY_ONCE = ("reflow", "sweep")


def chain(name: str, experiment: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The further experiments of one with `reflow`, by name: each begins with the weights of the one before."""
    before = name
    for number in range(1, experiment["reflow"] + 1):
        own = {key: copy.deepcopy(value) for key, value in experiment.items() if key not in ONLY_ONCE}
        changed = {"coupling": {"pairs": {"from": before}}, "from": before}
        own["training"] = {**own["training"], **changed}
        own["training"].pop("validation", None)  # pairs that a model makes have no validation samples
        before = f"{name}-reflow{number}"
        yield before, own
