import numpy as np
import pytest
import torch
from small import Given

from iadb_core.evaluation.class_study import class_figures
from iadb_core.evaluation.metrics import CLASS_EXACT_MAP, CLASS_FIELD_ERROR
from iadb_core.method.exact import exact_field
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Finite, Mixture, Normal
from iadb_core.method.schedules import linear
from iadb_core.sampling.model import Model
from iadb_core.sampling.sampler import Way

SOURCE = Normal(0.0, 1.0)
LAWS = [Mixture((1.0,), ((x, 0.0),), (((0.3, 0.0), (0.0, 0.2)),)) for x in (-2.0, 2.0)]
WAY = Way(solver_of("rk4"), linear(16), 8)
EXACT = [exact_field(SOURCE, law, (2,)) for law in LAWS]


class Told(Given):
    """A network that is the exact field of each class, shifted by a number."""

    def __init__(self, shift):
        super().__init__(None)
        self.shift = shift

    def forward(self, x, alpha, condition):
        both = torch.stack([field(x, alpha) for field in EXACT])
        return both[condition, torch.arange(len(x))] + self.shift


def model(shift=0.0):
    return Model(Told(shift), (2,), torch.device("cpu"), torch.float32, ["left", "right"])


def begin(count=30):
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(0))


def test_the_exact_fields_of_all_classes_have_no_error():
    figures = {figure.metric: figure for figure in class_figures(model(), WAY, SOURCE, LAWS, begin(), 5)}
    assert figures[CLASS_FIELD_ERROR].value < 1e-6
    assert figures[CLASS_EXACT_MAP].value < 1e-6
    assert all((figure.n, figure.floor, figure.floor_is) == (30, 0, "exact field") for figure in figures.values())


def test_a_field_that_is_wrong_by_a_number_has_that_error():
    figures = {figure.metric: figure for figure in class_figures(model(0.125), WAY, SOURCE, LAWS, begin(), 5)}
    assert figures[CLASS_FIELD_ERROR].value == pytest.approx(0.125, rel=1e-4)
    assert 0.05 < figures[CLASS_EXACT_MAP].value < 0.3


def test_without_knowledge_of_the_classes_there_are_no_figures():
    assert class_figures(model(), WAY, SOURCE, [None, None], begin(), 5) == []
    assert class_figures(model(), WAY, None, LAWS, begin(), 5) == []
    finite = [Finite(torch.from_numpy(np.zeros((3, 2), np.float32)))] * 2
    assert class_figures(model(), WAY, SOURCE, finite, begin(), 5) == []  # their field is not bounded
