import copy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from workflow.experiments import ConfigError, complete, sorted_tree
from workflow.lineage import lineage
from workflow.mistakes import resolved, schema
from workflow.reading import merged
from workflow.reference import reference

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def changed(path, value):
    """The shipped configuration with one key changed; `...` removes it."""
    config = copy.deepcopy(SHIPPED)
    *parents, key = path.split("/")
    section = config
    for parent in parents:
        section = section[parent]
    if value is ...:
        del section[key]
    else:
        section[key] = value
    return config


def test_the_tutorials_numbers():
    experiments = complete(SHIPPED).experiments
    densities, mnist = experiments["densities"], experiments["mnist"]
    assert densities.samples.points == 65_536
    assert densities.network.canonical() == {"name": "mlp", "width": 64, "hidden_layers": 4}
    training = {"steps": 65_536, "batch_size": 256, "order": "with_replacement", "learning_rate": 0.001}
    assert training.items() <= densities.training.written().items()
    assert {"count": 2048, "steps": 128, "solver": "euler"}.items() <= densities.sampling.written().items()
    assert densities.animation.frame_ms == 50
    assert mnist.source.described() == {"gaussian": {"mean": 0.0, "std": 1.0}}
    assert mnist.target.written()["scaling"] == [[0.1307, 0.3081], [0.5, 0.5]]
    training = {"epochs": 16, "batch_size": 64, "order": "shuffled", "learning_rate": 0.0005}
    assert training.items() <= mnist.training.written().items()
    assert {"count": 64, "steps": 128, "solver": "euler"}.items() <= mnist.sampling.written().items()
    assert densities.shape == (2,)
    assert mnist.shape == (1, 32, 32)


def test_an_mlp_has_one_thread_unless_more_are_given():
    assert {name: experiment.threads for name, experiment in complete(SHIPPED).experiments.items()} == {
        "densities": 1,
        "densities-best": 1,
        "moons": 1,
        "word": 1,
        "mnist": 4,
        "mnist-fast": 4,
        "mnist-best": 4,
        "mnist-guided": 4,
        "mnist-weak": 4,
        "digits": 4,
        "digits-classes": 4,
        "mnist-classes": 4,
        "mnist-inpaint": 4,
        "digits-restore": 4,
        "trefoil": 1,
    }
    assert complete(changed("experiments/densities/threads", 2)).experiments["densities"].threads == 2
    assert complete(changed("defaults/threads", 3)).experiments["densities"].threads == 3


def test_defaults_lie_under_each_experiment_and_are_filled_in():
    config = {
        "defaults": {"training": {"batch_size": 7}, "seeds": [3]},
        "experiments": {
            "a": {
                "source": {"gaussian": {}},
                "target": {"picture": {"path": "p.png"}},
                "network": {"name": "mlp"},
                "training": {"steps": 1},
                "seeds": [1, 2],
            }
        },
    }
    kept = copy.deepcopy(config)
    experiment = complete(config).experiments["a"]
    assert config == kept
    assert experiment.training.batch_size == 7
    assert experiment.seeds == [1, 2]
    assert experiment.source.described() == {"gaussian": {"mean": 0.0, "std": 1.0}}
    assert experiment.sampling.steps == 128
    assert experiment.animation.mp4 is False


def test_a_complete_configuration_is_complete():
    found = complete(SHIPPED)
    assert complete(found.written()) == found


def test_a_density_of_another_kind_replaces_that_of_the_defaults():
    found = merged({"source": {"gaussian": {"std": 2.0}}, "a": {"b": 1}}, {"source": {"picture": {}}, "a": {"c": 2}})
    assert found == {"source": {"picture": {}}, "a": {"b": 1, "c": 2}}


def test_the_order_of_keys_does_not_matter():
    assert list(sorted_tree({"b": 1, "a": {"d": 1, "c": [{"f": 1, "e": 2}]}})) == ["a", "b"]
    assert str(sorted_tree({"b": {"y": 1, "x": 2}})) == str(sorted_tree({"b": {"x": 2, "y": 1}}))


def test_every_key_of_the_configuration_is_described_and_bounded():
    def visit(section, where):
        for key, value in section.get("properties", {}).items():
            place = f"{where}.{key}"
            value = resolved(value)
            assert value.get("description"), place
            for own in [*value.get("anyOf", ()), *value.get("oneOf", ()), value]:
                own = resolved(own)
                if own.get("type") in ("integer", "number"):
                    assert {"minimum", "exclusiveMinimum", "enum"} & set(own), place
                    assert {"maximum", "exclusiveMaximum", "enum"} & set(own), place
                if own.get("type") == "object" and key not in (
                    "defaults",
                    "experiments",
                    "compare",
                    "published",
                    "grid",
                    "zip",
                ):
                    assert own["additionalProperties"] is False, place
                visit(own, place)

    visit(schema(), "config")
    visit(schema()["$defs"]["Experiment"], "experiment")


def test_the_page_on_the_configuration_is_the_schema():
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == reference()


MISTAKES = [
    (
        "experiments/mnist/training/learning_rate",
        "1e-3 or so",
        r"mnist\.training\.learning_rate: '1e-3 or so' is a str",
    ),
    ("experiments/mnist/training/learning_rate", "-1e-3", r"mnist\.training\.learning_rate: -0\.001 .*greater than 0"),
    ("experiments/mnist/training/batch_size", "1.5", r"batch_size: '1\.5' is a string, not an integer"),
    ("experiments/mnist/training/learning_rate", -1.0, r"mnist\.training\.learning_rate: -1\.0 .*greater than 0"),
    ("experiments/mnist/training/learning_rate", float("nan"), r"learning_rate: nan is not finite"),
    ("experiments/mnist/training/batch_size", True, r"batch_size: True is a boolean, not an integer"),
    ("experiments/mnist/training/batch_size", 1.5, r"batch_size: 1\.5 is a number, not an integer"),
    ("experiments/densities/training/steps", 0, r"densities\.training\.steps: 0 .*at least 1"),
    ("experiments/densities/training/epochs", 3, r"densities\.training: give either steps or epochs"),
    ("experiments/densities/training", ..., r"densities: training is missing \(Optimiser steps on"),
    ("experiments/densities/training/lerning_rate", 1.0, r"lerning_rate: unknown key; did you mean learning_rate"),
    ("defaults/animation/fame_ms", 50, r"^defaults\.animation\.fame_ms: unknown key.*frame_ms\?$"),
    ("defaults/sampling/steps", "many", r"^defaults\.sampling\.steps: 'many' is a string, not an integer$"),
    ("experiments/densities/source", ..., r"densities: source is missing \(The density p0"),
    (
        "experiments/densities/source",
        {"picture": {"path": "a{b}.png"}},
        r"path: 'a\{b\}\.png' is not allowed; .*no braces",
    ),
    ("experiments/densities/source", {}, r"densities\.source: give exactly one of picture, gaussian, dataset, folder"),
    ("experiments/densities/source/gaussian", {}, r"densities\.source: give exactly one of"),
    ("experiments/mnist/target/dataset/name", "ImageNet", r"'ImageNet' is unknown; allowed: digits, MNIST"),
    ("experiments/mnist/target/dataset/size", 30, r"network: images of 30×30 pixels cannot be halved three times"),
    ("experiments/mnist/target/dataset/margin", 2, r"dataset\.margin: only digits has it"),
    ("experiments/mnist/target/dataset/scaling", [[0.5, 0]], r"scaling\.0\.1: 0 is out of range"),
    ("experiments/mnist/source", {"picture": {"path": "a.png"}}, r"differ in shape, \(2,\) and \(1, 32, 32\)"),
    ("experiments/mnist/source", {"folder": {"path": "a", "size": 32, "channels": 3}}, r"differ in shape"),
    ("experiments/mnist/network", {"name": "mlp"}, r"mnist\.network: mlp does not take images; use name: unet"),
    ("experiments/densities/network", {"name": "unet"}, r"unet does not take points; use name: mlp"),
    ("experiments/mnist/network", {"name": "unet", "hidden_layers": 3}, r"hidden_layers: only mlp has it"),
    (
        "experiments/mnist/network",
        {"width": 3},
        r"mnist\.network: name is missing; allowed: mlp, residual_mlp, unet, residual",
    ),
    ("experiments/mnist/training/7", 3, r"mnist\.training\.7: unknown key"),
    (
        "experiments/mnist/training/from",
        "mnits",
        r"mnist\.training\.from: 'mnits' is not among the experiments; did you mean mnist\?",
    ),
    (
        "experiments/mnist/training/from",
        "mnist",
        r"training\.from: trainings begin from each other, in a circle",
    ),
    (
        "experiments/mnist/training/from",
        "densities",
        r"from: densities has another network, name: mlp, not unet, .* and another shape",
    ),
    ("experiments/densities/condition", {"label": {}}, r"condition\.label: the target, a picture, has no classes"),
    ("experiments/mnist/condition", {"label": {"drop": 2}}, r"condition\.label\.drop: 2 is out of range"),
    ("experiments/mnist/condition", {"labels": {}}, r"condition\.labels: unknown key; did you mean label"),
    ("experiments/mnist/condition", {}, r"condition: give exactly one of label, coordinates, degradation"),
    (
        "experiments/mnist/condition",
        {"degradation": {}},
        r"condition\.degradation: give exactly one of box, random, half, downsampling, blur, noise, gray",
    ),
    (
        "experiments/mnist/condition",
        {"degradation": {"box": {"size": 4}, "noise": {"noise": 0.1}}},
        r"condition\.degradation: give exactly one of",
    ),
    (
        "experiments/mnist/condition",
        {"degradation": {"bluh": {}}},
        r"degradation\.bluh: unknown key; did you mean blur",
    ),
    (
        "experiments/mnist/condition",
        {"degradation": {"box": {"size": 32}}},
        r"degradation\.box: a square of 32 pixels leaves nothing of images of 32×32",
    ),
    (
        "experiments/mnist/condition",
        {"degradation": {"downsampling": {"factor": 3}}},
        r"downsampling\.factor: 3 is unknown; allowed: 2, 4, 8",
    ),
    (
        "experiments/mnist/condition",
        {"degradation": {"blur": {"std": 11.0}}},
        r"blur: a blur of 11 reaches over 33 pixels",
    ),
    ("experiments/mnist/condition", {"degradation": {"gray": {}}}, r"degradation\.gray: the images are gray already"),
    (
        "experiments/densities/condition",
        {"degradation": {"box": {"size": 4}}},
        r"densities\.network: mlp sees no images beside points: only images can be restored",
    ),
    (
        "experiments/mnist-inpaint/evaluation/restoration/plug_and_play/from",
        "nope",
        r"plug_and_play\.from: 'nope' is not among the experiments",
    ),
    (
        "experiments/mnist-inpaint/evaluation/restoration/plug_and_play/from",
        "mnist",
        r"plug_and_play\.from: mnist has another target: give both the same",
    ),
    (
        "experiments/mnist-inpaint/evaluation/restoration/plug_and_play/from",
        "digits",
        r"plug_and_play\.from: digits has another target: give both the same",
    ),
    (
        "experiments/mnist-inpaint/evaluation/restoration/plug_and_play/from",
        "mnist-inpaint",
        r"plug_and_play\.from: mnist-inpaint restores images itself",
    ),
    ("experiments/mnist/sampling/classes", ["3"], r"sampling\.classes: only an experiment with `condition"),
    ("experiments/mnist/sampling/guidance", {"weight": 2.0}, r"sampling\.guidance: only an experiment with `condition"),
    ("experiments/mnist/sampling/guidance", {"weight": -1}, r"guidance\.weight: -1 is out of range"),
    ("experiments/mnist/sampling/guidance", {}, r"guidance: weight is missing"),
    ("experiments/mnist/device", "gpu", r"mnist\.device: 'gpu' is not allowed; allowed: auto \(CUDA"),
    ("experiments/digits/target/dataset/margin", 5, r"digits\.target\.dataset\.margin: 5 leaves less than 8 pixels"),
    ("defaults", None, None),
    ("experiments/mnist/seeds", [], r"mnist\.seeds: must not be empty"),
    ("experiments/mnist/seeds", [1, 1], r"mnist\.seeds: \[1, 1\] names something twice"),
    ("experiments/mnist/seeds", [-1], r"mnist\.seeds\.0: -1 is out of range"),
    ("experiments/mnist", None, r"experiments\.mnist: None is empty, not a section"),
    ("experiments", {}, r"experiments: must not be empty"),
    ("experiments", [], r"experiments: \[\] is a list, not a section"),
    ("experiments", ..., r"config: experiments is missing"),
    ("defaults", 3, r"defaults: 3 is an integer, not a section"),
    ("default_experiments", ["nope"], r"default_experiments: 'nope' is not among the experiments: densities"),
    ("data_dri", "x", r"data_dri: unknown key; did you mean data_dir"),
    ("experiments/7", SHIPPED["experiments"]["mnist"], None),
    (
        "experiments/densities/training",
        {"steps": 1, "order": "shuffled", "batch_size": 100_000},
        r"densities\.source: a shuffled batch of 100000 is larger than the 65536 points",
    ),
]


@pytest.mark.parametrize(("path", "value", "message"), MISTAKES)
def test_mistakes_are_named_with_their_key(path, value, message):
    config = changed(path, value)
    if message is None:
        complete(config)
        return
    with pytest.raises(ConfigError, match=message) as error:
        complete(config)
    assert str(error.value).count("\n") <= 1


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "-a", "a b", "a\n", "$(ls)", "ü", "x" * 65, 7, None])
def test_names_that_are_no_plain_file_names_are_refused(name):
    with pytest.raises(ConfigError, match=r"letters, digits|not text"):
        complete(SHIPPED | {"experiments": {name: SHIPPED["experiments"]["mnist"]}, "default_experiments": ["x"]})


def run(tmp_path, text, *arguments):
    command = [sys.executable, "-m", "snakemake", "-n", "--snakefile", ROOT / "Snakefile", *arguments]
    if text is not None:
        (tmp_path / "config.yaml").write_text(text)
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)


def test_snakemake_shows_a_mistake_without_a_traceback(tmp_path, refused):
    text = (ROOT / "config.yaml").read_text().replace("learning_rate: 0.0005", "learning_rate: fast")
    refused(run(tmp_path, text), "experiments.mnist.training.learning_rate: 'fast' is a string")


def test_a_missing_config_file_is_named(tmp_path, refused):
    refused(run(tmp_path, None), "config.yaml")


def test_a_config_that_is_no_yaml_or_no_section_is_refused(tmp_path, refused):
    refused(run(tmp_path, "experiments: [unclosed"), "config.yaml, line 1, column")
    refused(run(tmp_path, "- a\n- b\n"), "config.yaml has no sections")


def begun(**origins):
    """Experiments with the same network, of which each begins from another."""
    experiments = copy.deepcopy(SHIPPED["experiments"])
    found = {name: copy.deepcopy(experiments["mnist"]) for name in ("a", "b", "c")}
    for name, origin in origins.items():
        found[name]["training"]["from"] = origin
    found["a"]["seeds"], found["b"]["seeds"] = [4, 0], [0, 1]
    return complete({"experiments": found}).experiments


def test_a_training_begins_from_the_same_seed_or_from_the_first():
    experiments = begun(c="b", b="a")
    assert lineage(experiments, "c", 0) == [("c", 0), ("b", 0), ("a", 0)]
    assert lineage(experiments, "c", 1) == [("c", 1), ("b", 1), ("a", 4)]
    assert lineage(experiments, "a", 4) == [("a", 4)]
    for circle in ({"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "b"}, {"a": "b", "b": "nope"}):
        with pytest.raises(ConfigError, match=r"in a circle|not among"):
            begun(**circle)


def test_an_heir_of_a_mistake_is_not_accused_of_it():
    for circle, said in (({"a": "nope", "b": "a", "c": "b"}, "a.training.from: 'nope'"), ({"a": "a", "b": "a"}, "a.t")):
        with pytest.raises(ConfigError) as error:
            begun(**circle)
        assert str(error.value).startswith(f"experiments.{said}")
        assert "\n" not in str(error.value)


def test_guidance_needs_samples_without_class():
    own = copy.deepcopy(SHIPPED["experiments"]["mnist"]) | {"condition": {"label": {"drop": 0}}}
    complete({"experiments": {"a": own}})
    own["sampling"] = {"guidance": {"weight": 2.0}}
    with pytest.raises(ConfigError, match=r"condition\.label\.drop: 0 leaves nothing to guide away from"):
        complete({"experiments": {"a": own}})


def test_a_class_that_is_shown_is_one_of_the_target():
    experiments = copy.deepcopy(SHIPPED["experiments"])
    own = experiments["mnist"] | {"condition": {"label": {}}}
    own["sampling"] = {"classes": ["3", "ten"]}
    with pytest.raises(ConfigError, match=r"sampling\.classes: no class ten; there are 0, 1, 2"):
        complete({"experiments": {"a": own}})
    own["sampling"] = {"classes": ["3", "7"]}
    found = complete({"experiments": {"a": own}}).experiments["a"]
    assert (found.conditions.classes, found.sampling.count) == (10, 16)
    assert found.condition.label.drop == 0.1
    assert complete({"experiments": {"a": found.written()}}).experiments["a"] == found
