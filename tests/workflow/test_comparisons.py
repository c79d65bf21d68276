import copy

import pytest
from small import POINTS

from workflow.experiments import ConfigError, complete

SWEPT = POINTS | {"sweep": {"grid": {"network.width": [4, 8]}}}


def config(compare):
    return {"experiments": copy.deepcopy({"one": POINTS, "swept": SWEPT}), "compare": {"name": compare}}


def test_a_sweep_in_a_comparison_stands_for_its_variants():
    found = complete(config(["one", "swept"])).compare["name"]
    assert found == ["one", "swept~width=4", "swept~width=8"]
    assert complete(config(["swept", "swept~width=4"])).compare["name"] == found[1:]


@pytest.mark.parametrize(
    ("compare", "said"),
    [
        (["one"], "compare.name: one alone stands beside nothing"),
        (["one", "two"], "compare.name: 'two' is not among the experiments"),
        ([], "compare.name"),
    ],
)
def test_what_cannot_be_compared_is_told(compare, said):
    with pytest.raises(ConfigError, match=said):
        complete(config(compare))
