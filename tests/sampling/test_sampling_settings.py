from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from iadb_core.method import solvers
from iadb_core.method.schedules import SCHEDULES
from iadb_core.sampling.settings import Sampling, SolverName


def test_the_solvers_are_the_modules_of_solvers():
    modules = {path.stem for path in Path(solvers.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(get_args(SolverName)) == modules


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_can_be_asked_for(schedule):
    assert Sampling(schedule=schedule).schedule == schedule


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"rtol": 0.0}, {"solver": "leapfrog"}, {"steps": "8"}, {"step": 8}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Sampling.model_validate(wrong)


def test_the_size_of_a_shard_changes_no_sample():
    assert Sampling(shard_size=5).canonical() == Sampling().canonical()
