import pytest
from pydantic import ValidationError
from small import POINTS, training

from iadb_core.training.settings import Training
from workflow.experiments import ConfigError, complete


@pytest.mark.parametrize("length", [{}, {"steps": 5, "epochs": 1}])
def test_a_training_has_one_length(length):
    with pytest.raises(ValidationError, match="give either steps or epochs"):
        Training.model_validate(length)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"devices": 3, "batch_size": 2}, "3 cannot share out a batch of 2"),
        ({"devices": 3, "nodes": 2}, "3 cannot be spread equally over 2 nodes"),
    ],
)
def test_devices_that_cannot_share_the_work_are_refused(changed, message):
    with pytest.raises(ValidationError, match=message):
        training(**changed)
    assert training(devices=4, nodes=2, batch_size=4).devices == 4


@pytest.mark.parametrize("wrong", ["batch", "device"])
def test_devices_that_cannot_be_are_refused(wrong):
    own = POINTS["training"] | {"devices": 3} | ({"batch_size": 2} if wrong == "batch" else {"nodes": 3})
    device = "cuda:1" if wrong == "device" else "auto"
    with pytest.raises(ConfigError, match="cannot share out a batch of 2" if wrong == "batch" else "not cuda:1"):
        complete({"experiments": {"a": POINTS | {"training": own, "device": device}}})


def test_how_work_is_shared_out_changes_no_result():
    alone, shared = training(), training(devices=4, nodes=2)
    assert alone != shared
    assert alone.canonical() == shared.canonical()
