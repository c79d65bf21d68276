"""The settings of sampling."""

from typing import Literal

from iadb_core.system.settings import WORK, Section, setting

SolverName = Literal["euler", "midpoint", "heun", "rk4", "dopri5"]  # the modules of method/solvers


POINTS_SHOWN, IMAGES_SHOWN = 2048, 64


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
    shard_size: int = setting(
        10_000,
        "Measured samples in one job, at most, but at least a batch; it changes no sample.",
        changes=WORK,
        ge=1,
        le=100_000_000,
    )
