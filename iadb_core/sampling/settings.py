"""The settings of sampling."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from iadb_core.method.names import SolverName
from iadb_core.system.settings import DISTINCT, REQUIRED, WORK, Section, setting

POINTS_SHOWN, IMAGES_SHOWN = 2048, 64
OF_EACH_CLASS = 8  # images of a row of the animation
DEGRADED_SHOWN, OF_EACH_DEGRADED = 8, 6  # degraded images in the animation, and answers to each


Interval = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=2, max_length=2)]
WHERE = "α from and to which samples are guided."


class _Guided(Section):
    """What every guidance has."""

    @field_validator("interval", check_fields=False)
    @classmethod
    def _ordered(cls, interval: list[float]) -> list[float]:
        if interval[0] > interval[1]:
            raise ValueError("needs two α, the smaller one first")
        return interval


class Guidance(_Guided):
    """How far samples are pushed towards their class, away from those of no class."""

    weight: float = setting(
        REQUIRED,
        "w in u + w·(c − u), of the field that is told the class and the one that is not; 1 is no guidance.",
        ge=0,
        le=100,
    )
    interval: Interval = setting([0.0, 1.0], WHERE)
    optimised_scale: bool = setting(False, "Scale the field without class first, as CFG-Zero* does.", neutral=True)


class Autoguidance(_Guided):
    """How far samples are pushed away from those of a weaker model of the same."""

    model_of: str = setting(
        REQUIRED,
        "An experiment of the same samples, whose weaker model it is: trained shorter, say.",
        alias="from",
    )
    weight: float = setting(
        REQUIRED, "w in v + w·(f − v), of the field f and the weaker v; 1 is no guidance.", ge=0, le=100
    )
    interval: Interval = setting([0.0, 1.0], WHERE)


class Sampling(Section):
    """The trajectory that the animation shows, and how every sample is made."""

    solver: SolverName = setting("euler", "The integration method; dopri5 chooses its own steps by its tolerances.")
    schedule: Literal["linear", "cosine"] = setting(
        "linear", "How α is spaced: equally, or closer together at both ends."
    )
    rtol: float = setting(0.00001, "dopri5 only: relative tolerance.", ge=1.0e-12, le=1)
    atol: float = setting(0.00001, "dopri5 only: absolute tolerance.", ge=1.0e-12, le=1)
    steps: int = setting(128, "Steps T from α = 0 to α = 1; for dopri5 the states that are kept.", ge=1, le=10_000)
    count: int | None = setting(
        None, "Samples in the trajectory; unless given, 2,048 points or 64 images.", ge=1, le=1_000_000
    )
    batch_size: int = setting(1024, "Samples computed at once.", ge=1, le=1_048_576)
    guidance: Guidance | None = setting(None, str(Guidance.__doc__))
    autoguidance: Autoguidance | None = setting(None, str(Autoguidance.__doc__))
    classes: Annotated[list[str], DISTINCT] | None = setting(
        None, "Of an experiment with `condition`: the classes that the animation shows; by default all.", min_length=1
    )
    shard_size: int = setting(
        10_000,
        "Measured samples in one job, at most, but at least a batch; it changes no sample.",
        changes=WORK,
        ge=1,
        le=100_000_000,
    )
