import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from iadb_core.system.interruptions import HELD
from iadb_core.training import launch


@pytest.fixture
def handlers():
    """The handlers of signals are afterwards what they were."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in HELD}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def called(monkeypatch, handlers):
    """Commands that would be run; each ends with the status that is given."""
    commands = []

    def started(command, **_):
        commands.append(command)
        return SimpleNamespace(wait=lambda: called.status)

    called = SimpleNamespace(commands=commands, status=0)
    monkeypatch.setattr(subprocess, "Popen", started)
    return called


def test_a_slurm_job_is_known_by_its_environment(monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert not launch.in_slurm()
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    assert launch.in_slurm()


def test_each_task_has_its_share_of_the_devices(called):
    assert launch.srun(2, 4, 8, 3, "a.module", ["x"]) == 0
    (command,) = called.commands
    assert command[0] == "srun"
    assert {"--nodes=2", "--ntasks=4", "--cpus-per-task=3"} <= set(command)
    assert {"--nnodes=4", "--nproc-per-node=2"} <= set(command)
    assert command[-3:] == ["-m", "a.module", "x"]
    assert sys.executable in command


@pytest.mark.parametrize(("code", "status"), [(0, 0), (3, 3), (-signal.SIGTERM, 143)])
def test_the_status_is_that_of_a_shell(called, code, status):
    called.status = code
    assert launch.srun(1, 1, 2, 1, "a.module", []) == status


@pytest.mark.parametrize("number", HELD)
def test_tasks_of_a_slurm_job_are_asked_to_end_and_srun_is_not(called, monkeypatch, number):
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    launch.srun(1, 2, 2, 1, "a.module", [])
    signal.raise_signal(number)
    assert called.commands[1:] == [["scancel", "--signal=TERM", "7"]]


def test_processes_find_each_other_on_a_machine_that_does_not_know_its_own_name(tmp_path):
    started = f"from iadb_core.training.launch import torchrun; torchrun(2, 'summed_together', [{str(tmp_path)!r}])"
    unnamed = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', "a-name-that-nobody-knows"]
    if shutil.which("unshare") is None or subprocess.run([*unnamed, "true"], capture_output=True).returncode:
        pytest.skip("this user may not give a process a host name of its own")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    subprocess.run([*unnamed, sys.executable, "-c", started], env=environment, timeout=120, check=True)
    assert [(tmp_path / str(rank)).read_text() for rank in range(2)] == ["2", "2"]
