from typing import get_args

import pytest
from pydantic import ValidationError

from iadb_core.evaluation.settings import ClassifierTraining, Evaluation
from iadb_core.evaluation.solver_table import ways
from iadb_core.method.names import SolverName
from iadb_core.sampling.settings import Sampling


@pytest.mark.parametrize(
    "wrong",
    [
        {"nfe": [1, 4, 1]},
        {"nfe": []},
        {"solvers": ["euler", "euler"]},
        {"solvers": ["leapfrog"]},
        {"tolerances": [0.1, 0.0]},
        {"count": 1},
        {"field_alphas": 1},
    ],
)
def test_what_cannot_be_measured_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Evaluation.model_validate(wrong)


def test_without_being_told_every_solver_is_in_the_table():
    assert {way.solver for way in ways(Evaluation(), Sampling())} == set(get_args(SolverName)) - {"map"}
    assert {way.solver for way in ways(Evaluation(), Sampling(), jumps=True)} == set(get_args(SolverName))


def test_a_classifier_cannot_be_trained_for_no_steps():
    with pytest.raises(ValidationError, match="steps"):
        ClassifierTraining(steps=0)
