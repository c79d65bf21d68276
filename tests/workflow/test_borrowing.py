"""Which other experiments' models an experiment needs, and which cannot serve."""

import copy

import pytest
from test_experiments import SHIPPED

from workflow.borrowing import needed
from workflow.experiments import ConfigError, complete
from workflow.records import run_configuration


def complete_with(**changes):
    """A configuration in which `plain` restores beside `restoring`; changes: of their sections."""
    own = copy.deepcopy(SHIPPED["experiments"])
    found = {"restoring": own["mnist-inpaint"], "plain": own["mnist-fast"], "longer": copy.deepcopy(own["mnist-fast"])}
    found["restoring"]["evaluation"]["restoration"]["plug_and_play"]["from"] = "plain"
    found["restoring"]["seeds"], found["plain"]["seeds"] = [0, 1], [4, 0, 1]
    for name, sections in changes.items():
        for section, values in sections.items():
            found[name][section] = {**found[name].get(section, {}), **values}
    return complete({"experiments": found})


def experiments(**changes):
    """Its experiments."""
    return complete_with(**changes).experiments


def test_a_run_needs_the_models_that_guide_it_and_those_it_is_compared_with():
    found = experiments()
    assert needed(found, "restoring", 1) == [("restoring", 1), ("plain", 4)]
    assert needed(found, "plain", 0) == [("plain", 0)]
    found = experiments(plain={"training": {"from": "longer"}})
    assert needed(found, "restoring", 0) == [("restoring", 0), ("plain", 4), ("longer", 0)]


def test_the_configuration_of_a_run_has_all_seeds_that_it_needs_the_first_one_first():
    guided = {"sampling": {"autoguidance": {"from": "plain", "weight": 2.0}}, "training": {"from": "plain"}}
    config = complete_with(longer=guided)
    runs = needed(config.experiments, "longer", 1)
    assert runs == [("longer", 1), ("plain", 1), ("plain", 4)]
    alone = run_configuration(config, "longer", 1)["experiments"]
    assert {name: own["seeds"] for name, own in alone.items()} == {"longer": [1], "plain": [4, 1]}
    assert complete({"experiments": alone}).experiments["longer"].training.begin_from == "plain"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"plain": {"samples": {"seed": 7}}},
            "plain has another samples.seed: it was trained on samples that are held",
        ),
        ({"plain": {"target": {"dataset": {"name": "FashionMNIST", "size": 32}}}}, "plain has another target"),
        ({"plain": {"condition": {"label": {"drop": 0.0}}}}, "plain is always told a class"),
        ({"plain": {"condition": {"degradation": {"gray": {}}}}}, "plain restores images itself"),
    ],
)
def test_a_model_that_cannot_serve_is_told_with_the_reason(changes, said):
    with pytest.raises(ConfigError, match=said):
        experiments(**changes)


def test_a_teacher_is_guided_only_where_it_knows_samples_without_class():
    def taught(drop):
        own = {"plain": {"condition": {"label": {"drop": drop}}}, "longer": {"condition": {"label": {"drop": drop}}}}
        own["longer"]["training"] = {"objective": {"shortcut": {"from": "plain", "guidance": 1.5}}}
        return experiments(**own)

    assert taught(0.1)["longer"].training.objective.flow_map.guidance == 1.5
    with pytest.raises(ConfigError, match=r"objective\.shortcut\.from: plain was not trained without class too"):
        taught(0.0)


def test_without_another_teacher_there_is_nothing_to_guide():
    with pytest.raises(ConfigError, match=r"guidance is that of a trained model: name its experiment by `from`"):
        experiments(longer={"training": {"objective": {"shortcut": {"guidance": 1.5}}}})


def test_a_class_may_be_dropped_but_not_always():
    assert experiments(plain={"condition": {"label": {"drop": 0.1}}})["plain"].drops_labels
    with pytest.raises(ConfigError, match=r"label\.drop: 1\.0 .* less than 1"):
        experiments(plain={"condition": {"label": {"drop": 1.0}}})


def test_a_training_goes_on_only_where_nothing_held_out_was_seen():
    begun = {"training": {"from": "longer"}}
    assert experiments(plain=begun)["plain"].training.begin_from == "longer"
    with pytest.raises(ConfigError, match=r"training\.from: longer has another samples\.seed: it was trained on"):
        experiments(longer={"samples": {"seed": 3}}, plain=begun)
    other = {"target": {"dataset": {"name": "FashionMNIST", "size": 32}}, "samples": {"seed": 3}}
    assert experiments(longer=other, plain=begun)  # other images may be split otherwise
