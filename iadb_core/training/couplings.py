"""The settings of each coupling: which source sample is blended with which target sample."""

from typing import Any, Literal

from iadb_core.method.names import SolverName
from iadb_core.system.settings import REQUIRED, WORK, OneOf, Section, Unsettled, setting


class OptimalTransport(Section):
    """Near ones, by optimal transport between sets of samples: straighter paths, so that fewer evaluations do."""

    batch: int | None = setting(
        None,
        "Samples of each side that are paired with each other, a multiple of batch_size; without it, those of a batch.",
        ge=2,
        le=65_536,
    )
    method: Literal["exact", "sinkhorn"] = setting(
        "exact",
        "exact, an assignment of the least squared distance; sinkhorn, by chance from a plan with entropy, which is "
        "faster for many and on a GPU.",
    )
    regularisation: float = setting(
        0.05, "Weight of the entropy in Sinkhorn's plan, in mean squared distances.", ge=0.001, le=1000
    )
    conditions: Literal["heeded", "ignored"] = setting(
        "heeded",
        "heeded: the condition counts, so that each class has the whole source (C²OT); ignored: it does not.",
    )
    share: float = setting(
        0.05,
        "Of a condition of numbers: the share of the source that is near enough to a target sample for its condition.",
        gt=0,
        le=1,
    )


class ModelPairs(Section):
    """Each start with where a trained model carries it (reflow): such paths hardly cross, and become straight."""

    model_of: str = setting(REQUIRED, "The experiment whose model carries them.", alias="from", min_length=1)
    solver: SolverName = setting("midpoint", "How the model is followed.")
    steps: int = setting(32, "Steps from α = 0 to 1.", ge=1, le=100_000)
    count: int = setting(
        65_536,
        "Pairs; of a stored source no more than it has training samples, since held-out ones are no starts.",
        ge=2,
        le=100_000_000,
    )
    batch_size: int = setting(1024, "Pairs computed at once.", ge=1, le=1_048_576)
    shard_size: int = setting(
        16_384, "Pairs in one job, at most, but at least a batch.", changes=WORK, ge=1, le=100_000_000
    )
    keep: float = setting(
        1.0,
        "The share of pairs that is kept: those that the model carries back to where they began most nearly. Below 1 "
        "all are carried back, which takes as long again.",
        gt=0,
        le=1,
    )
    real: float = setting(
        0.0, "The share of each batch that are samples of source and target instead, paired by chance.", ge=0, lt=1
    )


class Couplings(OneOf):
    """Which source sample is blended with which target sample, by the module of `method/couplings` that says so."""

    independent: Unsettled | None = setting(None, "Each with any, as they are drawn: `independent: {}`.")
    pairs: Literal["by_name"] | ModelPairs | None = setting(
        None,
        "Each with its partner: `by_name`, the file of the same name, of two folders of images; or "
        "`{from: experiment}`, where that experiment's model carries it.",
    )
    optimal_transport: OptimalTransport | None = setting(None, str(OptimalTransport.__doc__))

    @property
    def name(self) -> str:
        """Of the one that is given, which is that of its module."""
        return self.given[0]

    @property
    def settings(self) -> dict[str, Any]:
        """What its module takes."""
        return self.optimal_transport.written() if self.optimal_transport else {}

    @property
    def model_pairs(self) -> ModelPairs | None:
        """The pairs that a model makes, if it is those."""
        return self.pairs if isinstance(self.pairs, ModelPairs) else None

    @property
    def at_once(self) -> int | None:
        """How many samples of each side are paired with each other; None: those of a batch, or none."""
        return self.optimal_transport.batch if self.optimal_transport else None


INDEPENDENT = Couplings(independent=Unsettled())
