import numpy as np
import pandas
import pytest
from PIL import Image

from iadb_core.drawing.plots import save_plot
from iadb_core.drawing.solver_plot import solver_plot


def drawn(figure, path):
    save_plot(path, figure)
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def solver_table(value=1.0, deviation=0.1):
    rows = [
        {"solver": solver, "nfe": nfe, "seconds": nfe / 100, "metric": metric, "value": value / nfe, "floor": 0.2}
        for solver in ("euler", "heun")
        for nfe in (1, 2, 128)
        for metric in ("W2", "energy")
    ]
    return pandas.DataFrame(rows).assign(floor_std=deviation, experiment="x", seed=0, n=100, split="held_out")


def test_the_solver_plot_has_a_row_for_each_metric_and_the_floor_in_each(tmp_path):
    figure = solver_plot(solver_table())
    assert [axis.get_ylabel() for axis in figure.axes] == ["W2", "W2", "energy", "energy"]
    for axis in figure.axes:
        assert (axis.get_xscale(), axis.get_yscale()) == ("log", "log")
        assert any(tuple(line.get_ydata()) == (0.2, 0.2) for line in axis.lines)
    assert drawn(figure, tmp_path / "solvers.png").std() > 5


@pytest.mark.parametrize(("value", "deviation"), [(-1.0, 0.1), (1.0, np.nan)])
def test_negative_values_and_a_floor_without_a_spread_are_drawn(value, deviation, tmp_path):
    figure = solver_plot(solver_table(value, deviation))
    assert figure.axes[0].get_yscale() == ("symlog" if value < 0 else "log")
    drawn(figure, tmp_path / "solvers.png")


def test_a_negative_floor_is_in_the_middle_of_its_spread_and_every_point_in_view():
    figure = solver_plot(solver_table(5.0).assign(floor=-0.01, floor_std=0.02))
    for axis in figure.axes:
        (band,) = axis.patches
        assert band.get_bbox().intervaly == pytest.approx([-0.03, 0.01])
        low, high = axis.get_ylim()
        assert low < -0.03
        assert high > 5


def test_a_solver_has_one_colour_whatever_others_are_shown():
    def colours(table):
        return {line.get_label(): line.get_color() for line in solver_plot(table).axes[0].lines}

    both, alone = solver_table(), solver_table()[lambda table: table.solver == "heun"]
    assert colours(both)["heun"] == colours(alone)["heun"] != colours(both)["euler"]


def test_each_curve_is_what_the_table_says_of_held_out_samples():
    figure = solver_plot(pandas.concat([solver_table(9.0).assign(split="validation"), solver_table()]))
    by_nfe, by_time = figure.axes[:2]
    (euler,) = [line for line in by_nfe.lines if line.get_label() == "euler"]
    assert (list(euler.get_xdata()), list(euler.get_ydata())) == ([1, 2, 128], [1.0, 0.5, 1 / 128])
    (euler,) = [line for line in by_time.lines if line.get_label() == "euler"]
    assert list(euler.get_xdata()) == [0.01, 0.02, 1.28]
