import numpy as np
import pandas
import pytest
from PIL import Image

from iadb_core.drawing.plots import excess, field_plot, loss_plot, save_plot, solver_plot

HISTORY = pandas.DataFrame({"step": np.arange(50, 5001, 50), "loss": 0.5 + 10 / np.arange(1, 101), "seconds": 1.0})


def drawn(figure, path):
    save_plot(path, figure)
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_the_excess_is_the_mean_loss_of_each_stretch_above_the_floor():
    steps, values = excess(HISTORY, 0.5)
    assert 20 < len(steps) <= 65
    assert (np.diff(steps) > 0).all()
    assert values[0] == pytest.approx(10)
    assert (np.diff(values) < 0).all()
    one_step = pandas.DataFrame({"step": [1], "loss": [2.0]})
    assert excess(one_step, 0.5)[1] == pytest.approx([1.5])


def test_the_excess_weighs_rows_by_their_steps():
    uneven = pandas.DataFrame({"step": [10, 999, 1000], "loss": [1.0, 2.0, 4.0]})
    _, values = excess(uneven, 0.0)
    assert values[-1] == pytest.approx((989 * 2 + 4) / 990)


def test_the_loss_plot_shows_the_floor_and_says_what_it_is(tmp_path):
    histories = {0: HISTORY, 1: HISTORY.assign(loss=HISTORY.loss + 0.1)}
    figure = loss_plot("x", histories, {0: (0.5, 0.01), 1: (0.5, 0.2)}, "It is a floor.")
    assert "It is a floor." in figure.texts[0].get_text().replace("\n", " ")
    loss, above = figure.axes
    assert {tuple(line.get_ydata()) for line in loss.lines if line.get_linestyle() == "--"} == {(0.5, 0.5)}
    assert [line.get_ydata()[0] for line in above.lines if line.get_marker() == "x"] == [0.01, 0.2]
    pixels = drawn(figure, tmp_path / "loss.png")
    assert pixels.std() > 5
    assert (pixels[:, :8] == 255).all()  # nothing is cut off at the edge


def test_without_a_floor_the_loss_alone_is_shown(tmp_path):
    figure = loss_plot("x", {3: HISTORY}, None, "")
    assert len(figure.axes) == 1
    drawn(figure, tmp_path / "loss.png")


def solver_table(value=1.0, deviation=0.1):
    rows = [
        {"solver": solver, "nfe": nfe, "seconds": nfe / 100, "metric": metric, "value": value / nfe, "floor": 0.2}
        for solver in ("euler", "heun")
        for nfe in (1, 2, 128)
        for metric in ("W2", "energy")
    ]
    return pandas.DataFrame(rows).assign(floor_std=deviation, experiment="x", seed=0, n=100)


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


def test_the_field_plot_points_where_samples_move(tmp_path):
    places, right = [np.array([[0.5, 0.5]])], [np.array([[0.0, 1.0]])]
    figure = field_plot("x", [0.25], places, {"network": right, "exact": right})
    assert [axis.get_title() for axis in figure.axes] == ["network, α = 0.25", "exact, α = 0.25"]
    arrows = figure.axes[0].collections[0]
    assert (arrows.U[0], arrows.V[0]) == (0.2, 0)
    drawn(figure, tmp_path / "field.png")


def test_the_same_plot_is_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        save_plot(tmp_path / name, solver_plot(solver_table()))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
