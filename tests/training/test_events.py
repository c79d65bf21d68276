import sys

import pytest

from iadb_core.system.errors import InputError
from iadb_core.training.events import FOLDER, events_beside
from iadb_core.training.records import Record


def told(folder):
    """The loss by step, as TensorBoard reads it."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder))
    found.Reload()
    return {event.step: event.value for event in found.Scalars("training/loss")}


def test_records_are_told_and_those_after_where_a_training_goes_on_are_told_anew(tmp_path):
    history = str(tmp_path / "training.csv")
    with events_beside(history, True, 0) as events:
        for step in (10, 20, 30):
            events(Record(step, step / 10, float(step)))
    with events_beside(history, True, 10) as events:
        events(Record(20, 5.0, 25.0))
    assert told(tmp_path / FOLDER) == {10: 1.0, 20: 5.0}


def test_nothing_is_written_unless_it_is_asked_for(tmp_path):
    with events_beside(str(tmp_path / "training.csv"), False, 0) as events:
        events(Record(1, 1.0, 1.0))
    assert list(tmp_path.iterdir()) == []


def test_without_the_package_it_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(InputError, match="pip install tensorboard"), events_beside(str(tmp_path / "a.csv"), True, 0):
        pass
