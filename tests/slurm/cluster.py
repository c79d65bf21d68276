"""The test's Slurm as its users see it, and runs of the workflow on it through profiles/slurm."""

import contextlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Workspace, make_workspace
from filelock import FileLock
from interrupting import TARGET, between_blocks, debris, digests, prepare, started, states, wait_for

PROFILE = ["--profile", "profiles/slurm"]
QUICK = ["--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "10"]
HELD, RUNNING = {"PENDING", "CONFIGURING"}, {"RUNNING", "COMPLETING"}


def slurm(*command: str, check: bool = True) -> str:
    """What a command of Slurm says."""
    return subprocess.run(command, capture_output=True, text=True, check=check, timeout=60).stdout


def start(workspace: Workspace, *arguments: str) -> subprocess.Popen[str]:
    """Snakemake through the profile; what it says goes to output.txt."""
    return started(workspace, *PROFILE, *QUICK, *arguments, OMP_NUM_THREADS="1")


def said(workspace: Workspace) -> str:
    """What Snakemake has said so far."""
    return workspace.path("output.txt").read_text()


def run(workspace: Workspace, *arguments: str, succeeds: bool = True, seconds: float = 600) -> None:
    """Run to the end."""
    status = start(workspace, *arguments).wait(seconds)
    assert (status == 0) == succeeds, said(workspace)


def jobs(workspace: Workspace) -> list[dict[str, str]]:
    """Slurm's own records of the jobs of a workspace, the oldest first."""
    records = [
        dict(re.findall(r"(\S+?)=(.*?)(?= [A-Za-z/:]+=|$)", line))
        for line in slurm("scontrol", "--oneliner", "show", "jobs").splitlines()
    ]
    return [record for record in records if record.get("WorkDir") == str(workspace.root)]


def of_rule(workspace: Workspace, rule: str) -> list[dict[str, str]]:
    """Those of one rule, or group."""
    return [record for record in jobs(workspace) if re.match(rf"rule_{rule}(_|$)", record.get("Comment", ""))]


def asked(record: Mapping[str, str]) -> dict[str, str]:
    """What a job asked for: its partition, minutes, CPUs, memory in MB and GPUs."""
    requested = dict(part.split("=", 1) for part in record["TRES"].split(","))
    hours, minutes, seconds = record["TimeLimit"].rpartition("-")[2].split(":")
    assert seconds == "00"
    return {
        "partition": record["Partition"],
        "minutes": str(60 * int(hours) + int(minutes)),
        "cpus": requested["cpu"],
        "memory": requested["mem"],
        "gpus": record.get("TresPerJob", "gres:gpu:0").strip().removeprefix("gres:gpu:"),
    }


def the_training(workspace: Workspace) -> dict[str, str]:
    """The last job that trains."""
    return of_rule(workspace, "train")[-1]


def held(workspace: Workspace) -> None:
    """Let a training that has saved a state wait until `released`, or until it is told to end."""
    workspace.path("hold").touch()
    waits = "self.took and not self.interruptions.received and __import__('os').path.exists('hold')"
    between_blocks(workspace, f"while {waits}: time.sleep(0.1)")


def released(workspace: Workspace) -> None:
    """Let trainings go on."""
    workspace.path("hold").unlink()


def ends_right(
    workspace: Workspace, snakemake: subprocess.Popen[str], expected: Mapping[str, str], seconds: float = 400
) -> None:
    """The workflow succeeds, with the expected bytes, and leaves nothing else."""
    assert snakemake.wait(seconds) == 0, said(workspace)
    assert digests(workspace) == expected
    assert not debris(workspace)


def daemon(name: str) -> int:
    """The process of one of Slurm's daemons."""
    home = Path(os.environ.get("SLURM_HOME", Path(os.environ.get("TMPDIR", "/tmp")) / "iadb-slurm"))
    return int((home / "run" / f"{name}.pid").read_text())


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory, testrun_uid):
    """Digests of what a local run makes that nothing disturbs, the same for all processes that test."""
    path = tmp_path_factory.getbasetemp().parent / f"uninterrupted-{testrun_uid}.json"
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            local = make_workspace(tmp_path_factory.mktemp("local") / "project")
            prepare(local)
            assert local.snakemake(TARGET).returncode == 0
            path.write_text(json.dumps(digests(local)))
    return json.loads(path.read_text())


@pytest.fixture
def prepared(workspace):
    """A workspace with a training of some seconds; its jobs end with the test."""
    prepare(workspace)
    yield workspace
    slurm("scancel", *[job["JobId"] for job in jobs(workspace)], check=False)
    kill_the_lost(workspace)


def kill_the_lost(workspace: Workspace) -> None:
    """End what a failed node has left: this Slurm knows processes by their parents only, and loses some."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if Path(os.readlink(folder / "cwd")) == workspace.root:
                os.kill(int(folder.name), signal.SIGKILL)


@pytest.fixture
def begun(prepared):
    """The same when its training runs as a job, has saved a state and is held, and the Snakemake that waits for it."""
    held(prepared)
    snakemake = start(prepared, TARGET)
    wait_for(lambda: states(prepared), 180)
    yield prepared, snakemake
    with contextlib.suppress(ProcessLookupError):
        os.killpg(snakemake.pid, signal.SIGKILL)
    snakemake.wait()
