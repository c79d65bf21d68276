from workflow.differences import NOT_THERE, differences


def test_what_differs_is_told_key_by_key_and_nothing_else():
    one = {"network": {"name": "mlp", "width": 8}, "training": {"steps": 5, "coupling": {"independent": {}}}}
    two = {
        "network": {"name": "mlp", "width": 16},
        "training": {"steps": 5, "coupling": {"optimal_transport": {"batch": 4}}},
    }
    assert differences({"one": one, "two": two}) == {
        "network.width": {"one": "8", "two": "16"},
        "training.coupling.independent": {"one": "{}", "two": NOT_THERE},
        "training.coupling.optimal_transport.batch": {"one": NOT_THERE, "two": "4"},
    }


def test_equal_configurations_differ_in_nothing():
    assert differences({"a": {"x": [1, 2]}, "b": {"x": [1, 2]}}) == {}
