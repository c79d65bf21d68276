"""Samples that were made in several ways, measured by the same measures beside the same floors."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

from iadb_core.evaluation.comparison import Comparison
from iadb_core.evaluation.floors import Measure, Spread, score, usable
from iadb_core.evaluation.metrics import Metric
from iadb_core.sampling.model import Model
from iadb_core.system.errors import InputError
from iadb_core.system.provenance import versions
from iadb_core.system.runtime import precision_name

FIGURE = ("metric", "key", "value", "floor", "floor_std", "n", "split", "floor_split", "extractor", "extractor_hash")


class Measured(NamedTuple):
    """A comparison with what is the same for all ways: the measures that can be taken, and their floors."""

    comparison: Comparison[Any]
    measures: list[Measure[Any]]
    floors: dict[Metric, Spread]

    @classmethod
    def of(cls, comparison: Comparison[Any], measures: Sequence[Measure[Any]]) -> "Measured":
        """Those of the measures that can be taken. Raises InputError if none can."""
        kept = usable(measures, comparison.reference, comparison.reference)
        if not kept:
            raise InputError("no measure of quality can be taken of these samples; evaluation.count may be too small")
        return cls(comparison, kept, comparison.floors(kept))

    def figures(self, ends: Tensor) -> Iterator[dict[str, Any]]:
        """What samples score, network values, by the columns of `FIGURE`."""
        scored = score(self.measures, self.comparison.generated(ends.numpy()), self.comparison.reference)
        for metric, value in scored.items():
            yield self.described(metric, value, *self.floors[metric])

    def described(self, metric: Metric, value: float, floor: float | None, deviation: float | None) -> dict[str, Any]:
        """A figure by the columns of `FIGURE`."""
        comparison = self.comparison
        sets = {"n": comparison.sets.n, "split": comparison.split, "floor_split": comparison.floor_split}
        seen_by = {"extractor": metric.extractor, "extractor_hash": comparison.hashes().get(metric.extractor)}
        return (
            {"metric": metric.title, "key": metric.key, "value": value, "floor": floor, "floor_std": deviation}
            | sets
            | seen_by
        )


def protocol(model: Model, code: str, experiment: str, seed: int) -> dict[str, Any]:
    """What the rows of a table share that is measured in one job. code: a digest."""
    return {
        "experiment": experiment,
        "seed": seed,
        "precision": precision_name(model.precision),
        "device": str(model.device),
        "versions": versions(),
        "code": code,
    }


def in_columns(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> list[list[Any]]:
    """Rows as lists, in the order of the columns."""
    return [[row[column] for column in columns] for row in rows]
