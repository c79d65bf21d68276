import numpy as np
import pandas
import pytest

from iadb_core.drawing.plots import save_plot
from iadb_core.drawing.published_plot import published_plot
from iadb_core.system.errors import InputError
from iadb_core.tables.published import (
    AGREES,
    AT_FLOOR,
    DIFFERS,
    NO_DEVIATION,
    Spread,
    published_table,
    readable,
    verdict,
)
from iadb_core.tables.settings import Published

W2, NPE = "W2 (with root)", "normalised path energy error"


def solvers(one, dopri5, floor=0.1):
    """A table of solvers with the figures of two, and others that are not to be taken."""
    shared = {"metric": W2, "split": "held_out", "floor": floor, "floor_std": 0.01, "n": 100}
    rows = [
        {"solver": "euler", "nfe": 1.0, "value": one, **shared},
        {"solver": "dopri5", "nfe": 37.0, "tolerance": 0.01, "value": dopri5, **shared},
        {"solver": "euler", "nfe": 1.0, "value": 99.0, **shared, "split": "validation"},
        {"solver": "euler", "nfe": 1.0, "value": 88.0, **shared, "metric": "energy distance"},
    ]
    return pandas.DataFrame(rows)


def of_map(value, floor=None):
    about = {"split": "held_out", "n": 50, "floor": floor, "floor_is": "exact field" if floor else None}
    return pandas.DataFrame([{"metric": NPE, "value": value, **about}])


RUNS = {"a": [solvers(2.0, 0.5), solvers(4.0, 0.7), of_map(0.2, 9.0), of_map(0.4, 9.0)]}


def paper(**figure):
    own = {"experiment": "a", "called": "it", "metric": "w2", "mean": 10.0, "std": 1.0, "seeds": 10}
    return {"p": Published.model_validate({"title": "A paper", "figures": [own | figure]})}


def row(runs=RUNS, **figure):
    return published_table(paper(**figure), runs).iloc[0]


def test_a_published_figure_stands_beside_the_mean_over_seeds_of_ours():
    found = row(solver="euler", nfe=1)
    assert (found.ours, found.ours_std, found.ours_seeds) == (3.0, pytest.approx(2**0.5), 2)
    assert (found.published, found.published_std, found.published_seeds) == (10.0, 1.0, 10)
    assert (found.floor, found.floor_std, found.n) == (0.1, pytest.approx(0.01), 100)
    assert row(solver="dopri5").ours == pytest.approx(0.6)


def test_a_square_is_taken_seed_by_seed():
    found = row(solver="euler", nfe=1, squared=True)
    assert (found.ours, found.ours_std) == (10.0, pytest.approx(6 * 2**0.5))
    rng = np.random.default_rng(0)
    squares = np.square(0.1 + 0.01 * rng.standard_normal(1_000_000))
    assert (found.floor, found.floor_std) == (
        pytest.approx(squares.mean(), rel=1e-3),
        pytest.approx(squares.std(), rel=1e-2),
    )


def test_what_has_no_solver_is_of_the_paths_whose_exact_field_is_no_floor():
    found = row(metric="path_energy_error", mean=0.25, std=None)
    assert (found.ours, found.verdict) == (pytest.approx(0.3), AGREES)
    assert pandas.isna(found.floor)


@pytest.mark.parametrize(
    ("published", "ours", "floor", "said"),
    [
        (Spread(1.0, 0.2), Spread(1.3, 0.1), None, AGREES),
        (Spread(1.0, 0.2), Spread(1.31, 0.1), None, DIFFERS),
        (Spread(1.0, None), Spread(1.05, 0.1), None, AGREES),
        (Spread(1.0, None), Spread(1.05, None), None, NO_DEVIATION),
        (Spread(1.0, 0.0), Spread(1.05, None), None, DIFFERS),
        (Spread(1.0, 0.2), Spread(1.5, 0.1), Spread(1.2, 0.1), DIFFERS),
        (Spread(1.0, 0.2), Spread(1.3, 0.1), Spread(1.2, 0.1), AT_FLOOR),
        (Spread(1.3, 0.0), Spread(1.1, 0.0), Spread(1.2, 0.06), AT_FLOOR),
        (
            Spread(0.05, 0.01),
            Spread(1.1, 0.1),
            Spread(1.2, 0.06),
            DIFFERS,
        ),  # what is far below its floor is of another protocol
        (Spread(1.3, 0.5), Spread(1.0, 0.5), Spread(1.2, None), AGREES),
    ],
)
def test_verdicts(published, ours, floor, said):
    assert verdict(published, ours, floor) == said


ABSENT = [{"solver": "rk4"}, {"solver": "euler", "nfe": 2}, {"solver": "dopri5", "tolerance": 0.1}]


@pytest.mark.parametrize("figure", [*ABSENT, {"metric": "straightness"}])
def test_a_figure_that_is_not_there_is_told(figure):
    with pytest.raises(InputError, match=r"a has 0 figures .*, not one"):
        row(**figure)


def test_a_figure_of_which_there_are_several_is_told():
    both = pandas.concat([solvers(1.0, 2.0), solvers(1.0, 3.0)])
    with pytest.raises(InputError, match=r"a has 2 figures W2 .* dopri5, not one"):
        row({"a": [both]}, solver="dopri5")


def test_it_can_be_read_and_seen(tmp_path):
    papers = paper(solver="euler", nfe=1) | {
        "q": Published.model_validate(
            {
                "title": "Another",
                "figures": [{"experiment": "a", "called": "<b>", "metric": "path_energy_error", "mean": 0.3}],
            }
        )
    }
    table = published_table(papers, RUNS)
    text = readable(table)
    assert "A paper; 10 seeds in the paper, 2 seeds of ours:" in text
    assert "Another; 2 seeds of ours:" in text
    assert "| 10 ± 1      | 3 ± 1.4" in text
    figure = published_plot(table)
    assert [axis.get_title() for axis in figure.axes] == ["A paper", "Another"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["it"]
    shown = [line.get_xdata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    assert {10.0, 3.0} <= set(shown)
    save_plot(tmp_path / "a.png", figure)
