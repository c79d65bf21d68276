import numpy as np
import pandas
import pytest
import torch

from iadb_core.data.kinds.distribution import Component, Distribution
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.drawing.plots import save_plot
from iadb_core.drawing.theorem_frames import TheoremFrames
from iadb_core.drawing.theorem_plot import theorem_plot
from iadb_core.evaluation.theorem import Convergence, shown_paths, slope, theorem
from iadb_core.method.exact import exact_field
from iadb_core.method.stochastic import posterior

TARGET = Distribution(
    name="gaussian_mixture", components=[Component(mean=[-1.0, 0.0], std=0.5), Component(mean=[1.5, 0.5], std=0.7)]
)
LAWS = Gaussian().law(), TARGET.law()
FIELD, PAIRS = exact_field(*LAWS, (2,)), posterior(*LAWS, (2,))
BEGIN = torch.randn(100, 2, generator=torch.Generator().manual_seed(0))


def test_both_ways_come_to_the_map_each_by_its_own_power():
    done = []
    found = theorem(FIELD, PAIRS, BEGIN, [16, 64, 256], 4, 0, done.append)
    assert done == [16, 64, 256]
    table = pandas.DataFrame(found)
    assert list(table.columns) == list(Convergence._fields)
    steps = table.steps.to_list()
    assert slope(steps, table.by_chance.to_list()) == pytest.approx(-0.5, abs=0.1)
    assert slope(steps, table.spread.to_list()) == pytest.approx(-0.5, abs=0.1)
    assert slope(steps, table.deterministic.to_list()) == pytest.approx(-1, abs=0.1)
    assert (table.by_chance_error < 0.2 * table.by_chance).all()
    assert theorem(FIELD, PAIRS, BEGIN, [16], 4, 0) == found[:1]  # of a seed, whatever else is measured


def test_a_slope_is_fitted_on_logarithmic_axes_from_sixteen_steps_on():
    assert slope([2, 16, 32, 64], [9.0, 1.0, 0.5, 0.25]) == pytest.approx(-1)
    assert slope([2, 16], [1.0, 0.5]) is None
    assert slope([16, 32], [1.0, 0.0]) is None


def test_paths_and_the_plot_can_be_seen(tmp_path):
    paths = {steps: shown_paths(FIELD, PAIRS, BEGIN, steps, 0) for steps in (2, 8)}
    assert paths[8].by_chance.shape == paths[8].deterministic.shape == (9, 100, 2)
    assert np.array_equal(paths[8].by_chance[0], BEGIN.numpy())
    frames = TheoremFrames(paths, Gaussian(), TARGET, 9, 300)
    assert len(frames) == 9
    first, early, last = (np.asarray(frames[index]).astype(int) for index in (0, 3, 8))
    side = frames.side
    assert np.array_equal(
        first[20 : side - 1, :side], early[20 : side - 1, :side]
    )  # the first of two steps comes later
    assert not np.array_equal(first[20:side, side + 4 :], early[20:side, side + 4 :])
    assert not np.array_equal(early[20:side, :side], last[20:side, :side])
    table = pandas.DataFrame(theorem(FIELD, PAIRS, BEGIN[:10], [16, 32], 2, 0))
    figure = theorem_plot("mixture", table)
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert all("slope -" in label for label in labels)
    save_plot(tmp_path / "a.png", figure)
