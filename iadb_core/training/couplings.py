"""The settings of each coupling: which source sample is blended with which target sample."""

from typing import Any, Literal

from iadb_core.system.settings import OneOf, Section, setting


class Unsettled(Section):
    """Without settings of its own."""


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


class Couplings(OneOf):
    """Which source sample is blended with which target sample, by the module of `method/couplings` that says so."""

    independent: Unsettled | None = setting(None, "Each with any, as they are drawn: `independent: {}`.")
    pairs: Literal["by_name"] | None = setting(
        None, "Each with its partner: the file of the same name, of two folders of images."
    )
    optimal_transport: OptimalTransport | None = setting(None, str(OptimalTransport.__doc__))

    @property
    def name(self) -> str:
        """Of the one that is given, which is that of its module."""
        return self.given[0]

    @property
    def settings(self) -> dict[str, Any]:
        """What its module takes."""
        chosen = getattr(self, self.name)
        return chosen.written() if isinstance(chosen, Section) else {}

    @property
    def at_once(self) -> int | None:
        """How many samples of each side are paired with each other; None: those of a batch, or none."""
        return self.optimal_transport.batch if self.optimal_transport else None


INDEPENDENT = Couplings(independent=Unsettled())
