from statistics import NormalDist

import numpy as np
import pytest
import torch

from iadb_core.method.alphas import ALPHAS
from iadb_core.system.runtime import generator


@pytest.mark.parametrize(
    ("name", "quantile"),
    [
        ("uniform", lambda u: u),
        ("logit_normal", lambda u: 1 / (1 + np.exp(-NormalDist().inv_cdf(u)))),
        ("arcsine", lambda u: (1 - np.cos(np.pi * u)) / 2),
    ],
)
def test_alpha_has_the_distribution_of_its_name(name, quantile):
    draws = ALPHAS[name](torch.rand(200_000, generator=generator(0, "t")))
    assert draws.min() >= 0
    assert draws.max() <= 1
    for u in (0.1, 0.25, 0.5, 0.9):
        assert draws.quantile(u).item() == pytest.approx(quantile(u), abs=0.006)
    assert ALPHAS[name](torch.zeros(1)).isfinite().all()
