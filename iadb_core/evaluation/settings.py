"""The settings of what is measured."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from iadb_core.method.names import SolverName
from iadb_core.system.settings import DISTINCT, REQUIRED, Section, setting


class PlugAndPlay(Section):
    """Restoring with a model that was trained without any degradation: PnP-Flow (Martin et al. 2025)."""

    model_of: str = setting(
        REQUIRED, "An experiment with the same images and without degradation, whose model it takes.", alias="from"
    )
    steps: int = setting(100, "Steps from α = 0 to 1.", ge=1, le=10_000)
    exponent: float = setting(1.0, "p of the step along the gradient of the data's misfit, (1 − α)^p.", ge=0, le=10)
    draws: int = setting(5, "Draws of noise in each step, over which the denoised image is averaged.", ge=1, le=1000)


class Restoration(Section):
    """How restored images are measured, of an experiment with a degradation."""

    images: int = setting(512, "Held-out images that are degraded and restored, at most.", ge=2, le=100_000)
    answers: int = setting(4, "Answers to each degraded image.", ge=2, le=100)
    plug_and_play: PlugAndPlay | None = setting(None, str(PlugAndPlay.__doc__))


class Likelihood(Section):
    """How the likelihood of held-out samples is found, by following them back."""

    points: int = setting(2048, "Held-out points.", ge=2, le=1_000_000)
    images: int = setting(64, "Held-out images.", ge=2, le=100_000)
    probes: int = setting(4, "Probes by which the field's divergence is estimated, of images.", ge=1, le=1000)
    exact: int = setting(256, "Points that are followed by the exact field, to compare with.", ge=2, le=1_000_000)
    solver: SolverName = setting("midpoint", "The integration method; a flow map's jumps have no divergence.")
    steps: int = setting(32, "Steps, which are then halved.", ge=1, le=10_000)
    tolerance: float = setting(
        0.00001, "dopri5 only: relative and absolute tolerance, which is then a tenth.", ge=1.0e-11, le=1
    )
    widening: float = setting(
        0.001,
        "Of a source that is a picture, the share that a normal density beside it has: a picture is zero somewhere, "
        "and so would be the likelihood of what is followed back to there.",
        ge=0,
        lt=1,
    )

    @field_validator("solver")
    @classmethod
    def _no_jumps(cls, solver: str) -> str:
        if solver == "map":
            raise ValueError("map jumps, and the path between is what a likelihood is found along")
        return solver


Steps = Annotated[list[Annotated[int, Field(ge=1, le=100_000)]], DISTINCT]


class Theorem(Section):
    """results/<experiment>/theorem.png: (de)blending by chance beside the deterministic map, both exact."""

    starts: int = setting(64, "Starts that are followed.", ge=2, le=100_000)
    repeats: int = setting(4, "Paths by chance from each.", ge=2, le=10_000)
    steps: Steps = setting([4, 8, 16, 32, 64, 128, 256], "Numbers of steps T.", min_length=2)
    shown: int = setting(256, "Samples in the animation.", ge=1, le=100_000)
    shown_steps: Steps = setting([4, 16, 64, 256], "Numbers of steps T in the animation.", min_length=1)
    frames: int = setting(65, "Its frames.", ge=2, le=10_000)


class Evaluation(Section):
    """What is measured, and how finely."""

    count: int = setting(
        2048,
        "Samples that are generated, and compared with as many, or with as many as are held out.",
        ge=2,
        le=1_000_000,
    )
    floor_draws: int = setting(10, "Pairs of real sets whose distances are the floor.", ge=1, le=1000)
    projections: int = setting(512, "Directions of the sliced Wasserstein distance.", ge=1, le=100_000)
    cells: int = setting(
        32, "Rows and columns of the grid of the total variation distance, for a picture.", ge=1, le=4096
    )
    neighbours: int = setting(5, "k of precision, recall, density and coverage.", ge=1, le=1000)
    inception: bool = setting(False, "Also measure Fréchet and kernel distance on Inception features, by torchmetrics.")
    exact_count: int = setting(
        1024, "Starts whose whole paths are measured and compared with the exact field's.", ge=2, le=100_000
    )
    loss_blends: int = setting(16_384, "Blends on which the excess loss is measured.", ge=2, le=100_000_000)
    field_alphas: int = setting(17, "Values of α at which the error of the field is measured.", ge=2, le=10_001)
    solvers: Annotated[list[SolverName], DISTINCT] = setting(
        ["euler", "midpoint", "heun", "rk4", "dopri5"],
        "Solvers of the table of solvers; that of a flow map has map as well.",
        min_length=1,
    )
    nfe: Annotated[list[Annotated[int, Field(ge=1, le=10_000)]], DISTINCT] = setting(
        [1, 2, 4, 8, 16, 32, 64, 128],
        "Network evaluations a sample in the table of solvers; each solver takes those that are whole steps.",
        min_length=1,
    )
    tolerances: Annotated[list[Annotated[float, Field(ge=1.0e-12, le=1)]], DISTINCT] = setting(
        [0.1, 0.01, 0.001, 0.0001],
        "Tolerances, relative and absolute, of dopri5 in the table of solvers.",
        min_length=1,
    )

    guidance: Annotated[list[Annotated[float, Field(ge=0, le=100)]], DISTINCT] = setting(
        [1.0, 1.5, 2.0, 3.0, 5.0],
        "Weights in the table of guidance, of an experiment with classes or with autoguidance.",
        min_length=1,
    )
    partners: Literal["by_name"] | None = setting(
        None,
        "Measure how near each source image is carried to its partner, the file of the same name in the target's "
        "folder; `training.coupling: {pairs: by_name}` gives it by itself.",
    )
    likelihood: Likelihood = setting(Likelihood(), str(Likelihood.__doc__))
    theorem: Theorem = setting(Theorem(), str(Theorem.__doc__))
    restoration: Restoration = setting(Restoration(), str(Restoration.__doc__))


class ClassifierTraining(Section):
    """The classifiers, one a data set, on whose features images are measured; trained by Adam."""

    steps: int = setting(2000, "Optimiser steps.", ge=1, le=1_000_000)
    batch_size: int = setting(64, "Images in a step.", ge=1, le=65_536)
    learning_rate: float = setting(0.001, "Of Adam.", gt=0, le=10)
    seed: int = setting(0, "Of the weights and the order of images.", ge=0, le=4_294_967_295)
