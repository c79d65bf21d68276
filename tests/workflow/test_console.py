"""What Snakemake says: snakemake_logger_plugin_iadb, by itself and in a run."""

import logging
from types import SimpleNamespace

import pytest
from small import POINTS
from snakemake_interface_logger_plugins.common import LogEvent

import snakemake_logger_plugin_iadb as plugin
from snakemake_logger_plugin_iadb import LogHandler, _duration


@pytest.fixture
def console():
    """A console to which events are told; of a dry run, if asked for."""

    def made(dryrun=False):
        handler = LogHandler(SimpleNamespace(dryrun=dryrun, stdout=dryrun), None)

        def tell(message="", event=None, **fields):
            record = logging.LogRecord("snakemake", logging.INFO, "", 0, message, (), None)
            vars(record).update(event=event, **fields) if event else None
            handler.emit(record)

        return tell, handler

    return made


def a_job(number, what, rule="train", log=()):
    return {"event": LogEvent.JOB_INFO, "jobid": number, "rule_msg": what, "rule_name": rule, "log": list(log)}


def test_it_tells_what_is_made_and_how_far_it_is(console, capsys):
    tell, handler = console()
    tell(event=LogEvent.RUN_INFO, stats={"train": 1, "gif": 2, "total": 3})
    tell("Select jobs to execute...")
    tell(**a_job(1, "Training a, seed 0"))
    tell(**a_job(2, None, "gif"))
    tell(event=LogEvent.JOB_FINISHED, job_id=2)
    tell(event=LogEvent.JOB_FINISHED, job_id=1)
    tell(event=LogEvent.JOB_FINISHED, job_id=0)  # `all`, which was never begun
    handler.close(), handler.close()
    assert capsys.readouterr().err.splitlines() == [
        "3 jobs to do: train, 2 gif",
        "  … Training a, seed 0",
        "  … gif",
        "  1 of 3  gif  (gif, 0.0 s)",
        "  2 of 3  Training a, seed 0  (train, 0.0 s)",
        "3 jobs done in 0.0 s",
    ]


def test_why_jobs_failed_comes_last(console, capsys, tmp_path):
    (tmp_path / "log").write_text("2026-01-01 00:00:00,000 INFO begun\n2026-01-01 00:00:01,000 ERROR a.png is broken\n")
    tell, handler = console()
    tell(event=LogEvent.RUN_INFO, stats={"train": 2, "total": 2})
    tell(**a_job(1, "Training a, seed 0"))
    tell("RuleException:\nCalledProcessError in file x.smk")
    failed = {"rule_name": "train", "log": [f"{tmp_path}/log (check log file(s) for error details)"]}
    tell(event=LogEvent.JOB_ERROR, jobid=1, input=["a very long list"], **failed)
    tell(event=LogEvent.GROUP_ERROR, job_error_info=[{"jobid": 7, "rule_name": "gif", "log": []}])
    tell("WorkflowError:\nAt least one job did not complete successfully.")
    handler.close()
    assert capsys.readouterr().err.splitlines()[2:] == [
        "  ✗ Training a, seed 0",
        "  ✗ gif",
        "",
        "2 jobs failed, 2 jobs not done:",
        "",
        "✗ Training a, seed 0",
        f"  {tmp_path}/log:",
        "    begun",
        "    a.png is broken",
        "",
        "✗ gif",
    ]


def test_what_was_told_to_end_is_no_failure(console, capsys, tmp_path):
    (tmp_path / "log").write_text("2026-01-01 00:00:00,000 INFO begun\n2026-01-01 00:00:01,000 ERROR interrupted\n")
    tell, handler = console()
    tell(event=LogEvent.RUN_INFO, stats={"train": 2, "total": 2})
    tell(event=LogEvent.JOB_ERROR, jobid=1, rule_name="train", log=[str(tmp_path / "log")])
    handler.close()
    assert capsys.readouterr().err.splitlines()[-1] == "Stopped, 2 jobs not done. The same command goes on from here."


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("results/mine_density.gif", "mine has none: only points of the plane, whose source is known"),
        ("results/mime.gif", "there is no experiment mime; did you mean mine? There are: mine, other"),
        ("results/compare/x.png", "there is no such comparison. There are: ways"),
        ("results/x/seed0/model.pt", "there is no experiment x. There are: mine, other"),
        ("results/mine.gfi", "nothing makes this; near to it: results/mine.gif"),
        ("mine.gif", "nothing makes this; near to it: results/mine.gif"),
        ("results/mine/sed0/samples.npz", "nothing makes this; near to it: results/mine/seed0/samples.npz"),
        ("evalute", "nothing makes this; near to it: evaluate"),
        ("results/mine/sweep.html", "mine has no `sweep:` in the configuration"),
        ("zzz", "nothing makes this. docs/pipeline.md lists what can be made"),
    ],
)
def test_what_nothing_makes_is_answered_with_what_was_meant(console, capsys, monkeypatch, asked, said):
    monkeypatch.setattr("snakemake_logger_plugin_iadb.experiments", ["mine", "other"])
    monkeypatch.setattr("snakemake_logger_plugin_iadb.comparisons", ["ways"])
    tell, _ = console()
    tell(f"MissingRuleException:\nNo rule to produce {asked} (if you use input functions make sure that …).")
    assert f"{asked}: {said}" in capsys.readouterr().err


def test_many_failures_are_not_all_shown_and_a_missing_log_is_said(console, capsys, tmp_path):
    tell, handler = console()
    (tmp_path / "empty").touch()
    for number, log in enumerate(["empty", *(f"none{i}" for i in range(6))]):
        tell(event=LogEvent.JOB_ERROR, jobid=number, rule_name=f"rule{number}", log=[str(tmp_path / log)])
    handler.close()
    said = capsys.readouterr().err
    assert "it is empty: the job was killed before it could say why" in said
    assert "(no log)" in said
    assert said.splitlines()[-1] == "… and 2 more: see logs/"


def test_other_messages_are_told_and_those_of_a_dry_run_are_snakemakes(console, capsys):
    tell, _ = console()
    tell('WorkflowError in file "a.smk", line 4:\nMissing input files\n  File "a.smk", line 4, in <module>')
    tell("Building DAG of jobs...")
    tell("Nothing to be done (all requested files are present and up to date).")
    assert capsys.readouterr().err.splitlines() == [
        "Missing input files",
        "Nothing to be done (all requested files are present and up to date).",
    ]
    tell, _ = console(dryrun=True)
    tell("Building DAG of jobs...")
    assert capsys.readouterr().out == "Building DAG of jobs...\n"


def test_durations():
    assert [_duration(seconds) for seconds in (0.34, 12.3, 99.4, 100, 3725)] == [
        *("0.3 s", "12 s", "99 s"),
        *("1:40 min", "62:05 min"),
    ]


def test_in_a_run_the_cause_is_the_last_thing_to_be_read(workspace):
    workspace.configure({"points": POINTS})
    workspace.path("left.png").write_bytes(workspace.path("left.png").read_bytes()[:60])
    run = workspace.snakemake("results/points.gif")
    assert run.returncode == 1
    *_, last = run.stderr.strip().splitlines()
    assert last.strip().startswith("left.png is not a readable picture")
    assert "iadb_core/" not in run.stderr  # the names of a job's inputs
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "option", [["--configfile", "{}"], ["--configfile={}", "-n"], ["--configfiles", "a.yaml", "{}"]]
)
def test_a_mistake_in_a_file_of_the_command_line_is_told_with_its_line(console, capsys, tmp_path, monkeypatch, option):
    (tmp_path / "a.yaml").write_text("experiments: {}\n")
    (tmp_path / "mine.yaml").write_text("experiments:\n\tp: 3\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["snakemake", *(part.format("mine.yaml") for part in option)])
    tell, _ = console()
    tell("WorkflowError:\nConfig file is not valid JSON or YAML. In case of YAML, make sure to not mix whitespace")
    said = capsys.readouterr().err
    assert "The configuration cannot be used.\nmine.yaml, line 2, column 1: a tab; write spaces in its place" in said


def test_an_experiment_that_cannot_be_used_says_why(console, capsys, monkeypatch):
    monkeypatch.setattr(plugin, "experiments", ["points", "mine"])
    monkeypatch.setattr(plugin, "unusable", {"mine": "experiments.mine.target: mine.csv does not exist"})
    tell, _ = console()
    tell("No rule to produce results/mine/target/train.npy (if you use input functions make sure that they)")
    tell(
        'InputFunctionException in rule gif in file "x.smk", line 3:\nError:\n ConfigError:\n a is wrong\nWildcards:\n'
    )
    said = capsys.readouterr().err
    assert "results/mine/target/train.npy: experiments.mine.target: mine.csv does not exist" in said
    assert "The experiment cannot be used.\na is wrong" in said
    assert "Wildcards" not in said
