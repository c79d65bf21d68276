"""Sweeps in the configuration: names, values, mistakes, and what the variants share."""

import copy

import pytest
from small import IMAGES, POINTS

from iadb_core.data.kinds.picture import Picture
from workflow.experiments import ConfigError, classifier_of, complete, completed
from workflow.homes import sample_homes, sample_sets

GRID = {"training.learning_rate": [0.001, 0.002], "network.width": [8, 16, 32]}


def swept(sweep, base=POINTS, **more):
    return {"experiments": {"base": copy.deepcopy(base) | {"sweep": sweep}, **more}}


def test_a_grid_combines_each_with_each():
    config, sweeps, _ = completed(swept({"grid": GRID}))
    names = list(config.experiments)
    assert names[:3] == ["base", "base~learning_rate=0.001~width=8", "base~learning_rate=0.001~width=16"]
    assert len(names) == 1 + 6
    last = config.experiments["base~learning_rate=0.002~width=32"]
    assert (last.training.learning_rate, last.network.width) == (0.002, 32)
    assert last.training.steps == POINTS["training"]["steps"]
    assert sweeps["base"][names[1]] == {"training.learning_rate": 0.001, "network.width": 8}
    assert config.experiments["base"].sweep is None


def test_a_zip_takes_them_side_by_side_and_goes_with_a_grid():
    both = {"zip": {"training.steps": [10, 20], "training.batch_size": [4, 2]}, "grid": {"network.width": [8, 16]}}
    names = list(completed(swept(both))[1]["base"])
    assert names == [
        "base~width=8~steps=10~batch_size=4",
        "base~width=8~steps=20~batch_size=2",
        "base~width=16~steps=10~batch_size=4",
        "base~width=16~steps=20~batch_size=2",
    ]


def names(sweep):
    return list(completed(swept(sweep))[1]["base"])


def test_values_that_no_word_tells_are_told_by_their_place():
    networks = [{"name": "mlp", "width": 4}, {"name": "mlp", "width": 8}]
    found = names({"grid": {"network": networks, "animation.point_colour": ["#ff0000", "by_start"]}})
    assert found[:2] == ["base~network=no1~point_colour=no1", "base~network=no1~point_colour=by_start"]


def test_a_zip_may_repeat_values_if_not_all_of_them():
    found = names({"zip": {"training.steps": [5, 5], "network.width": [1, 2]}})
    assert found == ["base~steps=5~width=1", "base~steps=5~width=2"]


def test_keys_of_one_name_are_told_apart():
    found = names({"grid": {"training.steps": [5], "sampling.steps": [3, 4]}})
    assert found == ["base~training.steps=5~sampling.steps=3", "base~training.steps=5~sampling.steps=4"]


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        (
            {"grid": {"training.learning_rat": [0.1]}},
            r"training\.learning_rat.*: unknown key; did you mean learning_rate\?",
        ),
        ({"grid": {"training.learning_rate": [0.1, -1]}}, r"learning_rate: -1 is out of range"),
        ({"grid": {"training.learning_rate": []}}, r"sweep\.grid.*learning_rate.*: must not be empty"),
        ({"grid": {"training.learning_rate": 0.1}}, r"sweep\.grid.*learning_rate.*: 0\.1 is a number, not a list"),
        ({"grid": {"seeds": [[1], [2]]}}, r"sweep\.grid\.seeds: seeds cannot be swept"),
        ({"zip": {"training.steps": [1, 2], "network.width": [1]}}, r"sweep\.zip: its lists must be of one length"),
        ({"zip": {"training.steps": [5, 5]}}, r"sweep: gives base~steps=5 twice"),
        (
            {"grid": {"training.steps": [1], "training.steps.more": [1]}},
            r"sweep\.grid\.training\.steps\.more: training\.steps, of which it is a part",
        ),
        (
            {"grid": {"network": [POINTS["network"]], "network.width": [4]}},
            r"sweep\.grid\.network\.width: network, of which",
        ),
        ({}, r"sweep: has no list of values"),
        ({"grid": {}, "zip": {}}, r"sweep: has no list of values"),
        ({"list": {}}, r"sweep\.list: unknown key"),
        ({"grid": {"device": ["cpu"]}, "zip": {"device": ["cpu"]}}, r"sweep\.zip\.device: it is in grid as well"),
        ({"grid": {"evaluation." + "a" * 150: [1]}}, r"sweep: gives a name of 152 letters, more than 150"),
    ],
)
def test_mistakes_are_told(sweep, message):
    with pytest.raises(ConfigError, match=message):
        complete(swept(sweep))


def test_a_variant_never_replaces_an_experiment():
    with pytest.raises(
        ConfigError, match=r"experiments\.base\.sweep: gives base~width=4, which is an experiment already"
    ):
        complete(swept({"grid": {"network.width": [4]}}, **{"base~width=4": copy.deepcopy(POINTS)}))


def homes(sweep, base):
    """Where the target's samples of each variant lie, and the complete configuration."""
    config, sweeps, _ = completed(swept(sweep, base))
    found = sample_homes(config.experiments, sweeps)
    return {name: found[name, "target"] for name in sweeps["base"]}, config


def test_variants_share_samples_and_classifier_where_they_are_the_same():
    of_points, config = homes({"grid": GRID}, POINTS)
    assert set(of_points.values()) == {"base"}
    sets = set(sample_sets(config.experiments, sample_homes(config.experiments, {}), Picture, labelled=False))
    assert {"base/source", "base/target"} <= sets
    of_images, config = homes({"grid": {"samples.seed": [0, 1], "training.batch_size": [32, 64]}}, IMAGES)
    assert of_images["base~seed=0~batch_size=32"] == of_images["base~seed=0~batch_size=64"] == "base"
    assert of_images["base~seed=1~batch_size=32"] == of_images["base~seed=1~batch_size=64"] != "base"
    assert len({classifier_of(experiment) for experiment in config.experiments.values()}) == 2
    more, _ = homes({"grid": {"samples.seed": [2, 1], "training.batch_size": [16, 32, 64]}}, IMAGES)
    assert more["base~seed=1~batch_size=16"] == of_images["base~seed=1~batch_size=32"]


def test_experiments_of_the_same_samples_that_are_no_family_keep_their_own():
    config, sweeps, _ = completed({"experiments": {"one": copy.deepcopy(POINTS), "two": copy.deepcopy(POINTS)}})
    assert set(sample_homes(config.experiments, sweeps).values()) == {"one", "two"}


def test_the_default_experiments_are_those_without_their_variants():
    config = complete(swept({"grid": GRID}, other=copy.deepcopy(POINTS)))
    assert config.default_experiments == ["base", "other"]


def test_a_variant_is_an_experiment_by_its_name():
    """So that the configuration that is kept with its results makes it again."""
    config = complete(swept({"grid": GRID}))
    name = "base~learning_rate=0.001~width=8"
    again = complete({"experiments": {name: config.experiments[name].written()}})
    assert again.experiments[name] == config.experiments[name]


def test_an_experiment_without_a_sweep_beside_one_that_has_one():
    config = complete(swept({"grid": {"network.width": [8]}}, other=copy.deepcopy(POINTS) | {"sweep": None}))
    assert list(config.experiments) == ["base", "other", "base~width=8"]
