"""What is the same for every solver."""

import sys
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
import torch
from gaussians import CASE, final, starts

from iadb_core.method import solvers
from iadb_core.method.integration import PACKAGE, OneStep, at, solver_of
from iadb_core.method.schedules import linear
from iadb_core.sampling.settings import Sampling, SolverName

EVALUATIONS = {"euler": 1, "midpoint": 2, "heun": 2, "rk4": 4}
SOLVERS = [*EVALUATIONS, "dopri5"]


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def made(name, tolerance):
    return solver_of(name).with_tolerances(tolerance, tolerance)


def test_every_module_of_the_folder_is_a_solver_by_its_name_and_may_be_chosen():
    modules = {path.stem for path in Path(solvers.__file__).parent.glob("*.py")} - {"__init__"}
    assert modules == {*SOLVERS, "map"} == set(get_args(SolverName))
    assert all(callable(solver_of(name)) for name in modules)


def test_a_new_solver_is_a_module_of_its_name(monkeypatch):
    """Two steps of Euler, each half as long."""

    def twice(field, x, alpha, increment):
        half = x + increment / 2 * at(field, x, alpha)
        return half + increment / 2 * at(field, half, alpha + increment / 2)

    module = ModuleType(f"{PACKAGE}.twice")
    module.SOLVER = OneStep(twice, evaluations=2)
    monkeypatch.setitem(sys.modules, f"{PACKAGE}.twice", module)
    x0 = starts(20)
    _, mine = final(solver_of("twice")(CASE.field, x0, linear(8)))
    _, expected = final(solver_of("euler")(CASE.field, x0, linear(16)))
    assert torch.allclose(mine, expected, atol=1e-12)


@pytest.mark.parametrize("name", EVALUATIONS)
def test_evaluations_are_as_many_as_the_solver_promises(name):
    batches = []

    def counted(x, alpha):
        batches.append(len(x))
        return CASE.field(x, alpha)

    final(solver_of(name)(counted, starts(7), linear(10)))
    assert len(batches) == 10 * EVALUATIONS[name]
    assert sum(batches) == 7 * len(batches)
    assert solver_of(name).evaluations == EVALUATIONS[name]


@pytest.mark.parametrize("name", EVALUATIONS)
def test_a_solver_without_tolerances_stays_itself(name):
    assert made(name, 0.1) is solver_of(name)


@pytest.mark.parametrize("name", ["rk4", "dopri5"])
def test_a_round_trip_returns(name):
    solver, x0, there = made(name, 1e-9), starts(), linear(64)
    _, x1 = final(solver(CASE.field, x0, there))
    alpha, back = final(solver(CASE.field, x1, there[::-1]))
    assert alpha == 0
    assert (x1 - x0).abs().mean() > 1
    assert (back - x0).abs().max() < 1e-5


@pytest.mark.parametrize("name", SOLVERS)
def test_a_constant_field_moves_by_exactly_itself(name):
    x0 = torch.tensor([[1.0, 2.0]])
    _, x1 = final(made(name, 1e-6)(lambda x, alpha: torch.full_like(x, 3.0), x0, linear(64)))
    assert torch.allclose(x1, torch.tensor([[4.0, 5.0]]), atol=1e-5)


@pytest.mark.parametrize("name", SOLVERS)
def test_the_start_is_yielded_first_and_never_changed(name):
    x0 = torch.randn(5, 2)
    kept = x0.clone()
    states = list(made(name, 1e-5)(lambda x, alpha: x + 1, x0, linear(4)))
    assert [alpha for alpha, _ in states] == linear(4)
    assert torch.equal(x0, kept)
    assert torch.equal(states[0][1], kept)
    assert len({x.data_ptr() for _, x in states}) == 5


@pytest.mark.parametrize("name", SOLVERS)
def test_no_gradients_are_kept_and_inference_mode_does_not_leak(name):
    layer = torch.nn.Linear(2, 2)
    for _, x in made(name, 1e-3)(lambda x, alpha: layer(x), torch.randn(3, 2), linear(2)):
        assert not torch.is_inference_mode_enabled()
        assert not x.requires_grad


@pytest.mark.parametrize("name", SOLVERS)
def test_the_derivative_of_the_end_by_the_start_is_that_of_the_exact_map(name):
    """Between Gaussians the map is linear, with the slope s₁/s₀."""
    x0 = starts(5).requires_grad_()
    _, x1 = final(made(name, 1e-8)(CASE.field, x0, linear(200), derivatives=True))
    (slopes,) = torch.autograd.grad(x1.sum(), x0)
    assert torch.allclose(slopes, torch.full_like(slopes, CASE.s1 / CASE.s0), rtol=0.02 if name == "euler" else 1e-3)


def test_the_field_is_asked_for_all_samples_at_the_one_alpha_in_their_precision():
    asked = []
    at(lambda x, alpha: asked.append(alpha) or x, torch.zeros(3, 2, dtype=torch.float64), 0.25)
    assert torch.equal(asked[0], torch.full((3,), 0.25, dtype=torch.float64))


def test_euler_is_the_solver_unless_another_is_asked_for():
    x0 = starts(3)
    chosen = solver_of(Sampling().solver)
    assert chosen is solver_of("euler")
    _, x1 = final(chosen(CASE.field, x0, linear(5)))
    for alpha in linear(5)[:-1]:
        x0 = x0 + 0.2 * CASE.field(x0, x0.new_full((3,), alpha))
    assert torch.allclose(x1, x0, atol=1e-12)
