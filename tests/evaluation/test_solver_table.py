import numpy as np
import pytest
import torch
from gaussians import CASE
from small import model, network

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.metrics import CLASSIFIER, ENERGY, FRECHET, Metric
from iadb_core.evaluation.point_comparison import PointComparison
from iadb_core.evaluation.settings import Evaluation
from iadb_core.evaluation.solver_table import COLUMNS, FIGURE, PROTOCOL, Run, ordered, solver_table, ways
from iadb_core.method.integration import solver_of
from iadb_core.sampling.settings import Sampling
from iadb_core.system.arrays import save_array
from iadb_core.system.errors import InputError

SAMPLING = Sampling(steps=7, batch_size=4, count=9)
EVALUATION = Evaluation(
    solvers=["euler", "heun", "rk4", "dopri5"], nfe=[1, 2, 6, 8], tolerances=[0.1, 0.001], floor_draws=2
)
SUM = Metric("sum", "sum")


class Seen(PointComparison):
    """A comparison of points that keeps the ends that it is shown, and measures their sum."""

    def generated(self, values):
        self.ends = [*getattr(self, "ends", []), values]
        return super().generated(values)

    def quality(self):
        return [lambda a, b: {SUM: float(a.sum())}]


@pytest.fixture
def compared(tmp_path):
    """Makes a comparison with held-out points of the target of CASE."""
    held_out = np.random.default_rng(0).normal(CASE.m1, CASE.s1, (40, 2)).astype(np.float32)
    save_array(tmp_path / "held_out.npy", held_out)
    return lambda kind=Seen: kind(RealSamples(Gaussian(), str(tmp_path / "held_out.npy"), None), 9, EVALUATION, 0)


def begin():
    return torch.rand(9, 2, generator=torch.Generator().manual_seed(0))


def test_the_ways_are_whole_steps_of_every_solver():
    found = ways(EVALUATION, SAMPLING)
    assert [(way.solver, way.steps) for way in found] == [
        *(("euler", steps) for steps in (1, 2, 6, 8)),
        *(("heun", steps) for steps in (1, 3, 4)),
        ("rk4", 2),
        ("dopri5", 1),
        ("dopri5", 1),
    ]
    of_its_own = [(way.rtol, way.atol) for way in found if solver_of(way.solver).evaluations is None]
    assert of_its_own == [(0.1, 0.1), (0.001, 0.001)]
    assert {(way.schedule, way.batch_size) for way in found} == {(SAMPLING.schedule, 4)}


def test_numbers_of_evaluations_that_are_no_whole_steps_are_refused():
    with pytest.raises(InputError, match=r"evaluation\.nfe has no whole number of steps"):
        ways(Evaluation(solvers=["heun", "rk4"], nfe=[1, 3]), SAMPLING)


def test_evaluations_are_counted_and_the_starts_kept(compared):
    starts, kept, comparison = begin(), begin(), compared()
    rows = list(solver_table(model(network()), starts, EVALUATION, SAMPLING, [comparison]))
    runs = [Run(*(row[key] for key in Run._fields)) for row in rows]
    assert [run.nfe for run in runs[:8]] == [1, 2, 6, 8, 2, 6, 8, 8]
    assert runs[8].nfe <= runs[9].nfe
    assert [run.tolerance for run in runs] == [None] * 8 + [0.1, 0.001]
    assert all(run.seconds > 0 and run.repeats > 1 for run in runs)
    assert [row["samples_per_second"] for row in rows] == [9 / run.seconds for run in runs]
    assert torch.equal(starts, kept)
    assert rows[7]["value"] == comparison.ends[7].sum()
    assert len(comparison.ends) == len(rows)


def test_more_evaluations_come_nearer_to_the_same_ends(compared):
    comparison = compared()
    every = EVALUATION.model_copy(update={"solvers": ["rk4", "euler"], "nfe": [400, 4, 40]})
    list(solver_table(model(CASE.field), begin(), every, SAMPLING, [comparison]))
    best = CASE.flow(begin()).numpy()
    wrong = [np.abs(ends - best).max() for ends in comparison.ends]
    assert wrong[0] < 1e-4
    assert wrong[3] < 1e-1
    assert wrong[4] > wrong[5] > wrong[3]
    assert wrong[5] / wrong[3] == pytest.approx(10, rel=0.2)  # Euler's method is of first order


def test_a_row_has_its_figure_beside_its_floor(compared):
    comparison = compared(PointComparison)
    rows = list(solver_table(model(network()), begin(), EVALUATION, SAMPLING, [comparison]))
    measured = [metric for measure in comparison.quality() for metric in measure(begin().numpy(), begin().numpy())]
    assert [row["metric"] for row in rows] == [metric.title for metric in measured] * len(ways(EVALUATION, SAMPLING))
    floors = comparison.floors(comparison.quality())
    for row in rows:
        assert (row["n"], row["split"], row["floor_split"]) == (9, "held_out", "held_out")
        assert (row["extractor"], row["extractor_hash"]) == (None, None)
    (energy,) = {(row["floor"], row["floor_std"]) for row in rows if row["metric"] == ENERGY.title}
    assert energy == floors[ENERGY]
    assert {key for row in rows for key in row} == {*Run._fields, "samples_per_second", *FIGURE}


def test_each_way_is_compared_with_the_samples_that_choose_and_with_those_that_are_reported(compared):
    every = [compared(), compared()]
    every[0].split = every[0].floor_split = "validation"
    rows = list(solver_table(model(network()), begin(), EVALUATION, SAMPLING, every))
    assert [row["split"] for row in rows] == ["validation", "held_out"] * len(ways(EVALUATION, SAMPLING))
    assert [row["value"] for row in rows[::2]] == [row["value"] for row in rows[1::2]]
    for one, other in zip(*(comparison.ends for comparison in every), strict=True):
        assert one is other or np.array_equal(one, other)


def test_a_row_names_the_network_that_saw_its_samples(compared):
    class Featured(PointComparison):
        def quality(self):
            return [lambda a, b: {FRECHET[CLASSIFIER]: 1.0}]

        def hashes(self):
            return {CLASSIFIER: "0123"}

    (row, *_) = solver_table(model(network()), begin(), EVALUATION, SAMPLING, [compared(Featured)])
    assert (row["extractor"], row["extractor_hash"]) == (CLASSIFIER, "0123")


def test_where_no_measure_can_be_taken_there_is_no_table(compared):
    class Refusing(PointComparison):
        def quality(self):
            def refusing(a, b):
                raise InputError("too few")

            return [refusing]

    with pytest.raises(InputError, match="no measure of quality can be taken"):
        list(solver_table(model(network()), begin(), EVALUATION, SAMPLING, [compared(Refusing)]))


def test_rows_are_written_in_the_order_of_the_columns():
    rows = [{column: f"{column} {i}" for column in COLUMNS if column not in PROTOCOL} for i in range(2)]
    shared = {column: column for column in PROTOCOL}
    found = ordered(iter(rows), shared)
    assert [dict(zip(COLUMNS, row, strict=True)) for row in found] == [row | shared for row in rows]
