"""This project's side of the benchmarks."""

import numpy as np
import torch

from benchmarks import ours

CPU = torch.device("cpu")


def test_trainings_are_run_up_to_a_record():
    points = np.random.default_rng(0).random((2, 100, 2), dtype=np.float32)
    training = ours.plane_training(points[0], points[1], CPU)
    assert training.run(1) == training.block
    assert training.run(training.block + 1) == 2 * training.block
