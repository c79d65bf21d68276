from pathlib import Path
from types import SimpleNamespace

import pytest

from workflow.experiments import ConfigError, complete
from workflow.reading import ReadingError, as_written, merged, read

ROOT = Path(__file__).resolve().parents[2]
POINTS = """
experiments:
  p:
    source: {picture: {path: left.png}}
    target: {picture: {path: right.png}}
    network: {name: mlp, width: 8, hidden_layers: 1}
    training: {steps: 60}
"""


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("experiments:\n  p: {}\nexperiments:\n  q: {}\n", r"experiments is there twice, in lines 1 and 3; keep one"),
        ("experiments:\n  p: {}\n  q: {}\n  p: {}\n", r"experiments\.p is there twice, in lines 2 and 4"),
        (
            "experiments: {p: {training: {steps: 1, steps: 2}}}",
            r"experiments\.p\.training\.steps is there twice, in lines",
        ),
        ("a: [{b: 1, b: 2}]", r"a\.0\.b is there twice"),
        ("experiments:\n  p:\n\tsource: 1\n", r"line 3, column 1: a tab; write spaces in its place\n    source: 1"),
        ("experiments:\n  p: {steps: 1\n  q: 2\n", r"line 3, column \d+: a bracket or brace that is not closed"),
        (
            "experiments: [unclosed",
            r"line 1, column \d+: a bracket or brace that is not closed.*\n    experiments: \[unc",
        ),
        ("experiments:\n  p: a: b\n", r"line 2, column 7: a colon too many, or a line that is indented too far"),
        ("a: 'unclosed\n", r"line 1, column \d+: .*brackets, quotes, indentation"),
        ("a: *nowhere\n", r"line 1, column 4: .*alias"),
        ("- a\n- b\n", "has no sections: it begins with `experiments:`"),
        ("", "has no sections"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(text, message, tmp_path):
    with pytest.raises(ReadingError, match=rf"(?s)mine\.yaml.*{message}"):
        read(written(tmp_path / "mine.yaml", text))


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path):
    with pytest.raises(ReadingError, match=r"nothing\.yaml cannot be read: .*No such file"):
        read(tmp_path / "nothing.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"a: \xff\xfe")
    with pytest.raises(ReadingError, match=r"bytes\.yaml cannot be read"):
        read(tmp_path / "bytes.yaml")


def test_json_and_merged_keys_are_read(tmp_path):
    assert read(written(tmp_path / "a.json", '{"a": {"b": [1, 2.5, null]}}')) == {"a": {"b": [1, 2.5, None]}}
    text = "base: &b {x: 1}\none:\n  <<: *b\n  y: 2\n"
    assert read(written(tmp_path / "a.yaml", text))["one"] == {"x": 1, "y": 2}


def settings(*files, replace=False, **values):
    return SimpleNamespace(configfiles=files, config=values, replace_workflow_config=replace)


def test_files_lie_on_top_of_each_other_and_kinds_are_taken_whole(tmp_path):
    base = written(tmp_path / "config.yaml", POINTS)
    over = written(tmp_path / "over.yaml", "experiments: {p: {source: {gaussian: {}}, training: {batch_size: 8}}}")
    found = as_written([over, base], settings(over, experiments={"p": {"training": {"steps": "7"}}}))
    own = found["experiments"]["p"]
    assert own["source"] == {"gaussian": {}}
    assert own["training"] == {"steps": "7", "batch_size": 8}
    assert complete(found).experiments["p"].training.steps == 7
    assert as_written([over, base], settings(over, replace=True)) == read(over)
    assert read(base)["experiments"]["p"]["source"] == {"picture": {"path": "left.png"}}


@pytest.mark.parametrize(
    ("key", "text", "number"),
    [
        ("learning_rate", "1e-3", 0.001),
        ("learning_rate", " 5E-4 ", 0.0005),
        ("learning_rate", "1", 1.0),
        ("steps", "7", 7),
        ("steps", "1e4", 10_000),
        ("steps", "+12", 12),
        ("batch_size", "16.0", 16),
    ],
)
def test_a_number_that_yaml_takes_for_text_is_a_number(key, text, number, tmp_path):
    config = read(written(tmp_path / "config.yaml", POINTS))
    config = merged(config, {"experiments": {"p": {"training": {key: text}}}})
    found = getattr(complete(config).experiments["p"].training, key)
    assert (found, type(found)) == (number, type(number))
    assert config["experiments"]["p"]["training"][key] == text


@pytest.mark.parametrize("text", ["seven", "1e999", "0x10", "nan", "1.5", "", "1_000"])
def test_a_text_that_is_no_number_of_the_kind_is_none(text, tmp_path):
    config = merged(
        read(written(tmp_path / "config.yaml", POINTS)), {"experiments": {"p": {"training": {"steps": text}}}}
    )
    with pytest.raises(ConfigError, match=r"experiments\.p\.training\.steps: .* is a string, not an integer"):
        complete(config)


def test_truth_values_and_numbers_in_sweeps_and_networks(tmp_path):
    over = {"animation": {"mp4": "True"}, "network": {"name": "mlp", "width": "16", "hidden_layers": 1}}
    config = merged(read(written(tmp_path / "config.yaml", POINTS)), {"experiments": {"p": over}})
    found = complete(config).experiments["p"]
    assert (found.animation.mp4, found.network.width) == (True, 16)
    swept = {"sweep": {"grid": {"training.learning_rate": ["1e-3", "2e-3"]}}}
    variants = complete(merged(config, {"experiments": {"p": swept}})).experiments
    assert [own.training.learning_rate for name, own in variants.items() if "~" in name] == [0.001, 0.002]


def test_in_snakemake_a_mistake_is_all_that_is_said(workspace):
    workspace.path("config.yaml").write_text(POINTS.replace("steps: 60", "steps: 60, steps: 70"))
    run = workspace.snakemake("results/p.gif")
    assert run.returncode == 1
    said = run.stderr.strip().splitlines()
    assert said[-2:] == [
        "The configuration cannot be used.",
        "config.yaml: experiments.p.training.steps is there twice, in lines 7 and 7; keep one",
    ]
    workspace.path("config.yaml").write_text(POINTS)
    run = workspace.snakemake("results/pp.gif")
    assert (
        run.stderr.strip().splitlines()[-1] == "results/pp.gif: there is no experiment pp; did you mean p? There are: p"
    )
    run = workspace.snakemake("-n", "results/p.gif", "--config", 'experiments={"p": {"training": {"steps": 7}}}')
    assert run.returncode == 0, run.stderr
    workspace.path("mine.yaml").write_text("experiments: {p: {source: {gaussian: {}}}}")
    run = workspace.snakemake("-n", "results/p.gif", "--configfile", "mine.yaml")
    assert run.returncode == 0, run.stderr
    run = workspace.snakemake("-n", "results/p.gif", "--config", 'experiments={"p": {"training": {"steps": 0}}}')
    said = run.stdout.strip().splitlines()
    assert said[-1] == "experiments.p.training.steps: 0 is out of range; it must be at least 1"
    assert not [line for line in said if "line " in line]
