import numpy as np
import pandas
import pytest

from iadb_core.drawing.compare_plot import compare_plot
from iadb_core.tables.side_by_side import TRAINING_SECONDS, readable, side_by_side


def table(values, solver="euler"):
    """A table of solvers in which a metric has values by NFE, on held-out samples, and others on validation ones."""
    shared = {"metric": "W2", "floor": 0.1, "floor_std": 0.01, "n": 100}
    rows = [
        {"solver": solver, "nfe": nfe, "value": value, "split": "held_out", **shared} for nfe, value in values.items()
    ]
    other = [{**rows[0], "value": 99.0, "split": "validation"}, {**rows[0], "value": 77.0, "solver": "rk4"}]
    return pandas.DataFrame(rows + other)


def of_map(straightness):
    return {"figures": [{"metric": "straightness (squared)", "value": straightness, "floor": 5.0, "n": 30}]}


RUNS = [
    ("curved", table({1: 4.0, 128: 1.0}), of_map(3.0), 10.0),
    ("curved", table({1: 6.0, 128: 1.5}), of_map(5.0), 14.0),
    ("jumps", table({1: 2.0, 128: 1.0}, "map"), of_map(0.0), 30.0),
]
SOLVERS = {"curved": "euler", "jumps": "map"}


def test_seeds_become_means_and_deviations_of_held_out_samples():
    found = side_by_side(RUNS, SOLVERS).set_index(["experiment", "figure", "nfe"])
    row = found.loc[("curved", "W2", 1)]
    assert (row["mean"], row["std"], row.seeds, row.floor, row.floor_std, row.n) == (
        5.0,
        pytest.approx(2**0.5),
        2,
        0.1,
        pytest.approx(0.01),
        100,
    )
    assert found.loc[("jumps", "W2", 1)]["mean"] == 2
    assert np.isnan(found.loc[("jumps", "W2", 1)]["std"])
    assert found["mean"].max() < 77


def test_what_jumps_has_no_paths_but_all_have_a_training():
    found = side_by_side(RUNS, SOLVERS)
    straight, seconds = (found[found.figure == name] for name in ("straightness (squared)", TRAINING_SECONDS))
    assert straight[["experiment", "mean", "floor"]].to_numpy().tolist() == [["curved", 4.0, 5.0]]
    assert dict(zip(seconds.experiment, seconds["mean"], strict=True)) == {"curved": 12.0, "jumps": 30.0}


def test_the_short_table_has_a_line_for_each_experiment():
    text = readable(side_by_side(RUNS, SOLVERS))
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    assert lines[0] == ["experiment", "NFE 1", "NFE 128", "floor"]
    assert lines[2] == ["curved", "5 ± 1.4", "1.25 ± 0.35", "0.1 ± 0.01"]
    assert lines[3] == ["jumps", "2", "1", "0.1 ± 0.01"]
    assert "W2, 2 seeds, n = 100:" in text


def test_each_line_of_the_short_table_has_its_own_floor_and_all_that_was_measured():
    other = table({1: 3.0, 16: 2.0}).assign(floor=0.5, n=40)
    runs = [RUNS[0], ("other", other, {"figures": []}, 5.0)]
    text = readable(side_by_side(runs, {"curved": "euler", "other": "euler"}))
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    assert lines[0] == ["experiment", "NFE 1", "NFE 16", "NFE 128", "floor", "n"]
    assert lines[2] == ["curved", "4", "", "1", "0.1 ± 0.01", "100"]
    assert lines[3] == ["other", "3", "2", "", "0.5 ± 0.01", "40"]
    assert "W2, 1 seed:" in text


def test_the_picture_has_curves_by_evaluations_and_bars_of_the_rest():
    figure = compare_plot("all", side_by_side(RUNS, SOLVERS))
    shown = [axis for axis in figure.axes if axis.get_visible()]
    titles = ["W2", "straightness (squared)", TRAINING_SECONDS, "W2, against training time"]
    assert [axis.get_title() for axis in shown] == titles
    against = shown[-1].lines
    assert [line.get_xdata()[0] for line in against[::3]] == [12.0, 30.0]
    assert [line.get_ydata().tolist() for line in against[::3]] == [[5.0, 1.25], [2.0, 1.0]]
    curves = {line.get_label(): list(line.get_ydata()) for line in shown[0].lines if line.get_marker() == "o"}
    assert curves == {"curved": [5.0, 1.25], "jumps": [2.0, 1.0]}
    assert [bar.get_width() for bar in shown[2].patches] == [12.0, 30.0]
    assert "over 2 seeds" in figure.texts[0].get_text()
