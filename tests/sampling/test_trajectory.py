import numpy as np
import pytest
import torch
from gaussians import CASE

from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.trajectory import save_trajectory
from iadb_core.system.errors import InputError


def sampler(field):
    return Sampler(field, Way.of(Sampling(solver="rk4", steps=16, batch_size=8)), torch.device("cpu"))


def begin():
    return CASE.m0 + CASE.s0 * torch.randn(20, 2, generator=torch.Generator().manual_seed(0))


def test_a_file_holds_all_states_of_all_samples(tmp_path):
    save_trajectory(tmp_path / "trajectory.npy", sampler(CASE.field), begin())
    states = np.load(tmp_path / "trajectory.npy")
    assert (states.shape, states.dtype) == ((17, 20, 2), np.float32)
    assert np.array_equal(states, sampler(CASE.field).trajectories(begin()))
    for index, state in enumerate(states):
        assert np.allclose(state, CASE.flow(begin(), index / 16), atol=1e-2)


def test_samples_that_are_not_finite_leave_no_file(tmp_path):
    with pytest.raises(InputError, match=r"not finite at α = 0\.062"):
        save_trajectory(tmp_path / "trajectory.npy", sampler(lambda x, alpha: x / 0), begin())
    assert not list(tmp_path.iterdir())
