import json

import numpy as np
import pandas
import pytest
import scipy.stats

from iadb_core.tables.figures import (
    COLUMNS,
    fewest_evaluations,
    figure_rows,
    long_table,
    readable,
    summary,
    summary_text,
)

RUN = {
    "experiment": "x",
    "training_code": "1",
    "sampling_code": "2",
    "training_versions": "v",
    "sampling_versions": "v",
    "starts_data": "4",
    "threads": 2,
    "final_loss": 0.5,
    "nfe": 128.0,
}
RUN |= {"parameters": 50, "training_steps": 60, "training_seconds": 1.5, "samples_per_second": 9.0, "solver": "euler"}
RUN |= {"device": "cpu", "precision": "float32", "peak_memory_mb": 300.0}


def stage(value, floor=0.5, metric="W2"):
    figure = {"metric": metric, "value": value, "floor": floor, "floor_std": 0.1, "n": 100, "split": "held_out"}
    return {
        "figures": [figure | {"extractor": "classifier", "extractor_hash": "abc"}],
        "code": "3",
        "versions": "v",
        "held_out_data": "5",
    }


def table(values=(1.0, 2.0, 4.0), settings=None):
    rows = [
        row
        for seed, value in enumerate(values)
        for row in figure_rows(RUN | {"seed": seed}, [stage(value)], {"abc": 0.98}, settings or {"a": 1}, {"steps": 5})
    ]
    return long_table(rows)


def test_a_row_has_every_column_and_a_configuration_of_its_own():
    row = table().iloc[1]
    assert list(row.index) == COLUMNS
    assert (row.experiment, row.seed, row.value, row.extractor_accuracy, row.versions) == ("x", 1, 2.0, 0.98, "v")
    expected = {"classifier": {"steps": 5}, "experiments": {"x": {"a": 1, "seeds": [1], "threads": 2}}}
    assert json.loads(row.settings) == expected


def test_versions_that_differ_between_the_stages_are_told_apart():
    run = RUN | {"seed": 0, "training_versions": "old"}
    row = next(figure_rows(run, [stage(1.0)], {}, {}, {}))
    assert row["versions"] == "trained with old; sampled with v; measured with v"


def test_the_digest_of_settings_is_shared_by_seeds_and_by_nothing_else():
    assert table().settings_digest.nunique() == 1
    assert table().settings_digest[0] != table(settings={"a": 2}).settings_digest[0]
    assert table().code.nunique() == 1


def test_mean_and_interval_are_students():
    row = summary(table()).iloc[0]
    low, high = scipy.stats.t.interval(0.95, 2, loc=7 / 3, scale=scipy.stats.sem([1.0, 2.0, 4.0]))
    assert (row["mean"], row.low, row.high, row["std"]) == pytest.approx((7 / 3, low, high, np.std([1, 2, 4], ddof=1)))
    assert (row.seeds, row.floor, row.n) == (3, 0.5, 100)


def test_one_seed_has_a_mean_and_no_interval():
    row = summary(table([3.0])).iloc[0]
    assert row["mean"] == 3
    assert np.isnan(row[["low", "high", "std"]].astype(float)).all()


def solver_table(split="held_out", **values):
    rows = [
        {"experiment": "x", "metric": "W2", "split": split, "solver": solver, "nfe": nfe, "steps": nfe, "value": value}
        for solver, by_nfe in values.items()
        for nfe, value in by_nfe.items()
    ]
    return pandas.DataFrame(rows)


def of_both_splits(of_seeds):
    """The summary of a table whose figures on validation samples are ten times those on held-out ones."""
    held_out = of_seeds
    validation = held_out.assign(split="validation", value=10 * held_out.value)
    return summary(pandas.concat([held_out, validation]))


def test_the_fewest_evaluations_are_decided_on_validation_samples_and_told_of_held_out_ones():
    deviation = 10 * np.std([1, 2, 4], ddof=1)
    chosen_by = solver_table(
        split="validation",
        euler={1: 9.0 + deviation, 64: 2 + deviation + 0.01, 128: 2.0},
        heun={8: 2 + deviation - 0.01, 16: 1.9, 2: 5.0 + deviation},
        rk4={4: 99.0},
    )
    reported = solver_table(euler={1: 1.0, 64: 1.0, 128: 7.0}, heun={2: 0.1, 8: 6.0, 16: 5.0}, rk4={4: 0.1})
    found = fewest_evaluations(pandas.concat([chosen_by, reported]), of_both_splits(table())).set_index("solver")
    assert found.nfe["euler"] == 128
    assert (found.nfe["heun"], found.value["heun"]) == (8, 6.0)
    assert np.isnan(found.nfe["rk4"])
    assert (found.euler_128 == 7.0).all()
    assert found.spread.to_numpy() == pytest.approx(deviation / 10)


def test_without_several_seeds_there_is_no_spread_to_come_within():
    both = pandas.concat([solver_table(split, euler={128: 1.0}) for split in ("validation", "held_out")])
    assert fewest_evaluations(both, of_both_splits(table([1.0]))).empty


def test_what_is_read_is_of_held_out_samples_short_and_says_the_floor():
    text = readable(pandas.concat([table(), table().assign(split="validation")]))
    assert "0.5 ± 0.1" in text
    assert "settings" not in text
    assert len(text.splitlines()) == 2 + 3 + 1 + 2 + 3
    text = summary_text(of_both_splits(table()), pandas.DataFrame())
    assert "validation" not in text
    assert "95% interval" in text
    assert "2.333" in text


def test_samples_that_were_trained_on_are_told():
    plain, shared = table(), table().assign(trained_on=3)
    assert "trained on" not in readable(plain)
    assert "trained on as well" in readable(shared)
