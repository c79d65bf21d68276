import json

import numpy as np
import pandas
import pytest
from PIL import Image

from iadb_core.drawing.loss_plot import excess, loss_plot, loss_plot_of
from iadb_core.drawing.plots import save_plot

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


@pytest.fixture
def files(tmp_path):
    """training.csv and map.json of two seeds, 3 and 5."""

    def write(split="fresh points", excess=True):
        histories, maps = [], []
        for seed in (3, 5):
            figures = [{"metric": "deblending loss", "value": 0.6, "floor": 0.5 + seed / 100, "split": split}]
            figures += [{"metric": "excess loss", "value": seed / 10, "floor": 0.0, "split": split}] if excess else []
            histories.append(tmp_path / f"{seed}.csv")
            HISTORY.assign(loss=HISTORY.loss + seed).to_csv(histories[-1], index=False)
            maps.append(tmp_path / f"{seed}.json")
            maps[-1].write_text(json.dumps({"figures": figures}))
        return histories, maps

    return write


def caption(figure):
    return figure.texts[0].get_text().replace("\n", " ")


def test_the_plot_is_made_of_the_files_of_every_seed(files):
    figure = loss_plot_of("x", [3, 5], *files(), "uniform", comparable=True)
    loss, above = figure.axes
    labels = [line.get_label() for line in loss.lines]
    assert labels == ["exact field", "seed 3", "seed 5"]
    assert loss.lines[0].get_ydata()[0] == pytest.approx((0.53 + 0.55) / 2)
    for line, seed in zip(loss.lines[1:], (3, 5), strict=True):
        assert line.get_ydata()[0] == pytest.approx(10.5 + seed)
    assert [line.get_ydata()[0] for line in above.lines if line.get_marker() == "x"] == [0.3, 0.5]
    assert caption(figure).startswith("x: the deblending loss per coordinate while training, by seed.")
    assert "It is the same for every seed." in caption(figure)


def test_of_images_the_floor_is_said_to_be_of_a_field_that_knows_them_by_heart(files):
    figure = loss_plot_of("x", [3, 5], *files(split="train"), "uniform", comparable=True)
    assert "knows every training image by heart" in caption(figure)


@pytest.mark.parametrize(
    ("measured", "alpha", "told"), [(True, "logit_normal", False), (False, "uniform", False), (True, "uniform", True)]
)
def test_there_is_no_floor_where_none_was_measured_or_it_is_of_another_loss(files, measured, alpha, told):
    figure = loss_plot_of("x", [3, 5], *files(excess=measured), alpha, comparable=alpha == "uniform" and not told)
    assert len(figure.axes) == 1
    assert "exact field" not in caption(figure)
    assert ("with logit-normal α" in caption(figure)) == (alpha != "uniform")


def test_an_excess_below_zero_by_chance_is_drawn(tmp_path):
    figure = loss_plot("x", {0: HISTORY}, {0: (2.0, -0.01)}, "")
    assert figure.axes[1].get_yscale() == "symlog"
    drawn(figure, tmp_path / "loss.png")
