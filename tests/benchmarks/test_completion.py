"""Whole animations from those of which only some steps of training were run."""

import pytest

from benchmarks import completion
from benchmarks.contests import Row


def row(contest, way, rate, limit=None):
    return Row(contest, way, "", 1, rate, rate, rate, 1, 1, 1, None, limit, "", None, "")


def test_the_whole_mnist_is_the_short_run_and_the_steps_left_out():
    rows = [row("MNIST training", "ours", 640.0, 1280.0), row("MNIST training", "plain recipe", 64.0)]
    rows += [row("mnist.gif, 992 steps", "ours", 1 / 200, 1 / 100)]
    rows += [row("mnist.gif, 992 steps", "plain recipe", 1 / 1000)]
    mine, plain = completion.completed(rows, {"mnist.gif": 2.3})
    assert 1 / mine.median == pytest.approx(200 + 14_000 / 10)
    assert 1 / plain.median == pytest.approx(1000 + 14_000)
    assert plain.ratio == pytest.approx(15_000 / 1600)
    assert 1 / mine.limit == pytest.approx(100 + 14_000 / 20)
    assert mine.share == pytest.approx(800 / 1600)
    assert (mine.bar, plain.bar) == (None, 2.3)
    assert plain.limit is None
    assert not list(completion.completed(rows[2:], {}))


def test_the_whole_densities_are_completed_only_where_steps_were_left_out():
    rows = [row("2D training", "ours", 1000.0), row("2D training", "plain recipe", 250.0)]
    short = [
        row("densities.gif, 5536 steps", "ours", 1 / 20),
        row("densities.gif, 5536 steps", "plain recipe", 1 / 300),
    ]
    mine, plain = completion.completed(rows + short, {})
    assert (1 / mine.median, 1 / plain.median) == pytest.approx((20 + 60, 300 + 240))
    assert plain.ratio == pytest.approx(540 / 80)
    in_full = [row("densities.gif", "ours", 1 / 80), row("densities.gif", "plain recipe", 1 / 540)]
    assert not list(completion.completed(rows + in_full, {}))
