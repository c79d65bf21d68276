"""The settings of each objective: what a network is trained to minimise."""

from typing import Any, Self

from pydantic import model_validator

from iadb_core.system.settings import OneOf, Section, Unsettled, setting


class FlowMap(Section):
    """A flow map, which jumps from any α to any later one: few evaluations, or one."""

    share: float = setting(
        0.5, "The share of a batch that learns jumps; the others learn the field, as `deblending` does.", gt=0, lt=1
    )
    whole: float = setting(
        0.0, "The share of the jumps that go all the way, from α = 0 to 1: for samples in one jump.", ge=0, le=1
    )
    teacher: str | None = setting(
        None,
        "An experiment from whose model both are learnt, not from the samples; without it the network is its own "
        "teacher.",
        alias="from",
        min_length=1,
    )
    guidance: float = setting(
        1.0,
        "w by which that model is guided to the class, as `sampling.guidance` has it, so that the jumps are those of "
        "guided samples.",
        ge=0,
        le=100,
        neutral=True,
    )

    @model_validator(mode="after")
    def _guided_by_another(self) -> Self:
        if self.guidance != 1 and self.teacher is None:
            raise ValueError("guidance is that of a trained model: name its experiment by `from`")
        return self

    @property
    def of_the_method(self) -> dict[str, Any]:
        """What the module of the objective takes, but for the teacher."""
        return self.model_dump(exclude={"teacher", "guidance"})


class Shortcuts(FlowMap):
    """A flow map whose jumps are two of half the length (shortcut models)."""

    halvings: int | None = setting(
        None,
        "Jumps are 1, 1/2, ... 2^-halvings long, and begin at a multiple of their length, as in the paper, which has "
        "7; without it of any length from anywhere.",
        ge=1,
        le=20,
        neutral=True,
    )


class Objectives(OneOf):
    """What a network is trained to minimise, by the module of `method/objectives` that says so."""

    deblending: Unsettled | None = setting(None, "To tell x1 - x0 from the blend, as the paper does: `deblending: {}`.")
    lagrangian: FlowMap | None = setting(None, "A flow map: where a jump ends, it moves on as the field does there.")
    eulerian: FlowMap | None = setting(None, "A flow map: a jump ends at one place wherever on its path it begins.")
    progressive: FlowMap | None = setting(None, "A flow map: one jump ends where two do.")
    shortcut: Shortcuts | None = setting(None, "progressive, with two jumps of the same length (shortcut models).")
    mean_flow: FlowMap | None = setting(None, "eulerian, along each sample's own x1 - x0 (mean flow).")

    @property
    def name(self) -> str:
        """Of the one that is given, which is that of its module."""
        return self.given[0]

    @property
    def flow_map(self) -> FlowMap | None:
        """The settings of a flow map, if it is one."""
        chosen = getattr(self, self.name)
        return chosen if isinstance(chosen, FlowMap) else None

    @property
    def settings(self) -> dict[str, Any]:
        """What its module takes, but for the teacher."""
        return self.flow_map.of_the_method if self.flow_map else {}


DEBLENDING = Objectives(deblending=Unsettled())
