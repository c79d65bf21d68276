"""The settings of tables."""

from iadb_core.method.names import SolverName
from iadb_core.system.settings import REQUIRED, Section, setting


class PublishedFigure(Section):
    """A figure of a paper, and which of ours it is set beside."""

    experiment: str = setting(REQUIRED, "The experiment that does as the paper does.", min_length=1)
    called: str = setting(REQUIRED, "What the paper calls it.", min_length=1, max_length=200)
    metric: str = setting(
        REQUIRED,
        "Which figure, by its short name: w2, energy or frechet_classifier, of a solver; path_energy_error, "
        "path_energy, straightness or transport_cost, of the paths.",
        pattern="^(w2|energy|frechet_classifier|path_energy_error|path_energy|straightness|transport_cost)$",
    )
    squared: bool = setting(False, "Whether the paper gives its square.")
    solver: SolverName | None = setting(None, "The solver, of a figure that depends on one.")
    nfe: int | None = setting(None, "Its network evaluations a sample; without it, its own: dopri5's.", ge=1, le=10_000)
    mean: float = setting(REQUIRED, "What the paper found.")
    std: float | None = setting(None, "Its standard deviation over seeds.", ge=0)
    seeds: int | None = setting(None, "How many seeds it had.", ge=1)


class Published(Section):
    """Figures of one paper, set beside ours."""

    title: str = setting(REQUIRED, "The paper, and where in it.", min_length=1, max_length=300)
    figures: list[PublishedFigure] = setting(REQUIRED, "Its figures.", min_length=1)
