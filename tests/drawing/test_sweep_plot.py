import numpy as np
import pandas
import pytest
from PIL import Image

from iadb_core.drawing.plots import save_plot
from iadb_core.drawing.sweep_plot import sweep_plot

DECIDING = "W2, validation"


def table(**columns):
    found = {DECIDING: [0.1, 0.2, 0.3, 0.4], f"{DECIDING}, std": [0.01, np.nan, 0.02, 0.01], "W2": [0.5, 0.6, 0.7, 0.8]}
    return pandas.DataFrame({**columns, **found, f"{DECIDING}, floor": [0.05] * 4})


def points(axis, colour="C0"):
    """The x and y of what is drawn as dots in a colour."""
    (line,) = [line for line in axis.lines if line.get_color() == colour and line.get_marker() == "o"]
    return list(line.get_xdata()), list(line.get_ydata())


def test_each_swept_key_has_its_axes_with_the_figure_that_decides(tmp_path):
    swept = table(rate=[0.1, 0.001, 0.1, 0.001], decay=["cosine", "cosine", "constant", "constant"])
    figure = sweep_plot("a", swept, ["rate", "decay"], DECIDING)
    rate, decay = figure.axes
    assert (rate.get_xlabel(), decay.get_xlabel(), rate.get_ylabel()) == ("rate", "decay", DECIDING)
    assert (rate.get_xscale(), decay.get_xscale()) == ("log", "linear")
    assert points(rate) == ([0.1, 0.001, 0.1, 0.001], [0.1, 0.2, 0.3, 0.4])
    assert points(rate, "C1")[1] == [0.5, 0.6, 0.7, 0.8]
    assert points(decay)[0] == [1, 1, 0, 0]
    assert [text.get_text() for text in decay.get_xticklabels()] == ["constant", "cosine"]
    (best,) = [
        line for line in rate.lines if line.get_marker() == "None" and line.get_linestyle() == "-" and line.get_alpha()
    ]
    assert (list(best.get_xdata()), list(best.get_ydata())) == ([0.001, 0.1], [0.2, 0.1])
    assert any(tuple(line.get_ydata()) == (0.05, 0.05) for line in rate.lines)
    save_plot(tmp_path / "sweep.png", figure)
    with Image.open(tmp_path / "sweep.png") as picture:
        assert np.asarray(picture.convert("L")).std() > 5


def test_a_variant_that_failed_is_a_cross_at_its_value():
    swept = table(width=[8, 16, 32, 64])
    swept.loc[3, [DECIDING, "W2", f"{DECIDING}, floor"]] = np.nan
    (axis,) = sweep_plot("a", swept, ["width"], DECIDING).axes
    (cross,) = [line for line in axis.lines if line.get_marker() == "x"]
    assert (list(cross.get_xdata()), list(cross.get_ydata())) == ([64], [0.97])
    assert points(axis)[0] == [8, 16, 32]
    of_one_seed = swept.assign(failed=["", "seed 1: it diverged", "", "seed 0: it diverged"])
    (axis,) = sweep_plot("a", of_one_seed, ["width"], DECIDING).axes
    (cross,) = [line for line in axis.lines if line.get_marker() == "x"]
    assert list(cross.get_xdata()) == [16, 64]


@pytest.mark.parametrize("values", [[True, False, True, False], [[1], [1], [2], [2]], ["a", 1, "a", 1], [-1, 1, 2, 3]])
def test_values_of_every_kind_have_a_place(values):
    told = [str(value) if isinstance(value, list) else value for value in values]
    (axis,) = sweep_plot("a", table(key=told), ["key"], DECIDING).axes
    assert len(points(axis)[0]) == 4


def test_many_keys_stand_in_rows_and_none_in_one():
    keys = [f"k{number}" for number in range(4)]
    swept = table(**{key: [1, 2, 3, 4] for key in keys})
    figure = sweep_plot("a", swept, keys, DECIDING)
    assert [axis.get_visible() for axis in figure.axes] == [True] * 4 + [False] * 2
    (axis,) = sweep_plot("a", table(), [], DECIDING).axes
    assert points(axis)[0] == [0, 0, 0, 0]
