"""The settings of what is measured."""

from typing import Annotated, Literal

from pydantic import Field

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
    restoration: Restoration = setting(Restoration(), str(Restoration.__doc__))


class ClassifierTraining(Section):
    """The classifiers, one a data set, on whose features images are measured; trained by Adam."""

    steps: int = setting(2000, "Optimiser steps.", ge=1, le=1_000_000)
    batch_size: int = setting(64, "Images in a step.", ge=1, le=65_536)
    learning_rate: float = setting(0.001, "Of Adam.", gt=0, le=10)
    seed: int = setting(0, "Of the weights and the order of images.", ge=0, le=4_294_967_295)
