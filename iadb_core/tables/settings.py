"""The settings of tables."""

from typing import Self

from pydantic import model_validator

from iadb_core.data.density import Density, Shape
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.evaluation.settings import Evaluation
from iadb_core.method.names import MAP, SolverName
from iadb_core.system.settings import REQUIRED, Section, setting

OF_PATHS = ("path_energy_error", "path_energy", "straightness", "transport_cost")
OF_NORMAL = ("mean", "variance")
OF_POINTS = ("w2", "energy")
OF_SOLVERS = (*OF_POINTS, "frechet_classifier")


class PublishedFigure(Section):
    """A figure of a paper, and which of ours it is set beside."""

    experiment: str = setting(REQUIRED, "The experiment that does as the paper does.", min_length=1)
    called: str = setting(REQUIRED, "What the paper calls it.", min_length=1, max_length=200)
    metric: str = setting(
        REQUIRED,
        "Which figure, by its short name: w2, energy or frechet_classifier, of a solver; path_energy_error, "
        "path_energy, straightness or transport_cost, of the paths; mean or variance of the ends where the target is "
        "Gaussian.",
        pattern=f"^({'|'.join([*OF_SOLVERS, *OF_PATHS, *OF_NORMAL])})$",
    )
    squared: bool = setting(False, "Whether the paper gives its square.")
    solver: SolverName | None = setting(None, "The solver, of a figure that depends on one.")
    nfe: int | None = setting(None, "Its network evaluations a sample; without it, its own: dopri5's.", ge=1, le=10_000)
    tolerance: float | None = setting(None, "Of dopri5, if the experiment measures several.", gt=0, le=1)
    mean: float = setting(REQUIRED, "What the paper found.", ge=-1.0e12, le=1.0e12)
    std: float | None = setting(None, "Its standard deviation over seeds.", ge=0, le=1.0e12)
    seeds: int | None = setting(None, "How many seeds it had.", ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _of_solver_or_paths(self) -> Self:
        if (self.metric in OF_SOLVERS) != (self.solver is not None):
            told = "needs the solver" if self.metric in OF_SOLVERS else "is of the paths, which have no solver here"
            raise ValueError(f"{self.metric} {told}")
        return self

    def misfit(self, measured: Evaluation, target: Density, shape: Shape, jumps: bool) -> str | None:
        """Why an experiment of this target, measured so, has no such figure, or several; None if it has one.

        shape: of its samples. jumps: whether its model does.
        """
        if self.metric in OF_NORMAL and not isinstance(target, Gaussian):
            return f"{self.metric} is of a Gaussian target, and {self.experiment} has a {target.kind}"
        if self.solver is None:
            return None
        if (self.metric in OF_POINTS) != (len(shape) == 1):
            told = "points" if len(shape) == 1 else "images"
            return f"{self.metric} is not measured of {told}, which those of {self.experiment} are"
        if self.solver == MAP and not jumps:
            return f"{self.experiment} does not jump: its training.objective is no flow map"
        if self.solver not in [*measured.solvers, MAP]:
            return f"evaluation.solvers of {self.experiment} has no {self.solver}"
        if self.tolerance is not None and self.solver != "dopri5":
            return f"{self.solver} has no tolerance: give its nfe"
        if self.nfe is not None and self.nfe not in measured.nfe:
            return f"evaluation.nfe of {self.experiment} has no {self.nfe}"
        several = measured.tolerances if self.solver == "dopri5" else measured.nfe
        if self.nfe is None and self.tolerance is None and len(several) > 1:
            key = "tolerance" if self.solver == "dopri5" else "nfe"
            return f"{self.experiment} is measured by {self.solver} in several ways: give its {key}"
        if self.tolerance is not None and self.tolerance not in measured.tolerances:
            return f"evaluation.tolerances of {self.experiment} has no {self.tolerance:g}"
        return None


class Published(Section):
    """Figures of one paper, set beside ours."""

    title: str = setting(REQUIRED, "The paper, and where in it.", min_length=1, max_length=300)
    figures: list[PublishedFigure] = setting(REQUIRED, "Its figures.", min_length=1)
