"""Real runs of the workflow that are interrupted in the middle of a training, for the tests and for the soak."""

import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import Workspace, edited
from small import POINTS

MODEL, LOG = Path("results/points/seed0/model.pt"), Path("logs/train/points/seed0.log")
STEPS = 8192
PAUSE = 0.02  # seconds after each block of 64 steps, so that a training lasts seconds on any machine
TARGET = "results/points.gif"
RESULTS = ("*.pt", "*.npy", "frames.zip", "*.gif")


def prepare(workspace: Workspace, **settings: Any) -> None:
    """A training of some seconds, whose state is kept five times a second; with other settings of its experiment."""
    training = POINTS["training"] | {"steps": STEPS, "record_every": 500}
    workspace.configure({"points": POINTS | {"training": training} | settings})
    edited(workspace.path("iadb_core/training/resume.py"), SECONDS_BETWEEN_STATES=0.2, GREATEST_SHARE=1.0)
    between_blocks(workspace, f"time.sleep({PAUSE})")


def between_blocks(workspace: Workspace, statement: str) -> None:
    """Let trainings do something after each block of steps, before their state is saved."""
    module, begin = workspace.path("iadb_core/training/resume.py"), "        ended = training.done == training.steps\n"
    text = module.read_text()
    assert text.count(begin) == 1
    module.write_text(text.replace(begin, f"        {statement}\n{begin}"))


def states(workspace: Workspace) -> list[Path]:
    """The states of the training that are there."""
    return sorted(workspace.path(str(MODEL.parent)).glob("model.*.resume"))


def begin_anew(workspace: Workspace) -> None:
    """Remove all results: Snakemake makes nothing again that lies only on the way to a file that is there."""
    shutil.rmtree(workspace.path("results"))


def heed_ctrl_c() -> None:
    """Undo what a process inherits: of a shell in the background it ignores SIGINT, under nohup SIGHUP."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(workspace: Workspace, *targets: str) -> subprocess.Popen[str]:
    """Snakemake on this machine, in a process group of its own, as a shell would start it."""
    return started(workspace, "--cores", "2", *(targets or [TARGET]))


def started(workspace: Workspace, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The same with any arguments; what it says goes to output.txt."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    with workspace.path("output.txt").open("a") as output:
        return subprocess.Popen(
            command,
            cwd=workspace.root,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=heed_ctrl_c,
            env=os.environ | environment,
        )


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


def scripts(run: subprocess.Popen[str]) -> list[int]:
    """The processes of the run's group that are jobs."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != run.pid:
            try:
                command = (folder / "cmdline").read_bytes()
                group = os.getpgid(int(folder.name))
            except (OSError, ProcessLookupError):
                continue
            if group == run.pid and b".snakemake/scripts/" in command:
                found.append(int(folder.name))
    return found


def computed(run: subprocess.Popen[str]) -> float:
    """The processors' time that the run's jobs have taken so far, in seconds."""
    ticks = 0
    for process in scripts(run):
        with contextlib.suppress(OSError):
            after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def interrupt(run: subprocess.Popen[str]) -> None:
    """As Ctrl-C on a terminal does."""
    os.killpg(run.pid, signal.SIGINT)


def terminate(run: subprocess.Popen[str]) -> None:
    """As a batch system does at its time limit."""
    os.killpg(run.pid, signal.SIGTERM)


def hang_up(run: subprocess.Popen[str]) -> None:
    """As a terminal that is closed and its shell do, one after the other."""
    for _ in range(2):
        os.killpg(run.pid, signal.SIGHUP)


def kill_script(run: subprocess.Popen[str]) -> None:
    """As the kernel does when memory runs out."""
    for process in scripts(run):
        os.kill(process, signal.SIGKILL)


def kill_all(run: subprocess.Popen[str]) -> None:
    """As when the machine goes down."""
    os.killpg(run.pid, signal.SIGKILL)


def kill_snakemake(run: subprocess.Popen[str]) -> None:
    """Snakemake alone: what it has started goes on."""
    os.kill(run.pid, signal.SIGKILL)


WAYS: dict[str, Callable[[subprocess.Popen[str]], None]] = {
    "SIGINT": interrupt,
    "SIGTERM": terminate,
    "SIGHUP": hang_up,
    "SIGKILL of the script": kill_script,
    "SIGKILL of all": kill_all,
}


def digests(workspace: Workspace) -> dict[str, str]:
    """Digests of all results by their paths."""
    root = workspace.path("results")
    paths = sorted(path for pattern in RESULTS for path in root.rglob(pattern))
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def half_written(workspace: Workspace) -> list[Path]:
    """Tables and JSON files, which hold times and so differ from run to run, that do not end as they should."""
    found = []
    for path in workspace.path("results").rglob("*"):
        if path.suffix in {".csv", ".json", ".md"}:
            text = path.read_text(encoding="utf-8")
            columns = {len(row) for row in csv.reader(text.splitlines())} if path.suffix == ".csv" else {0}
            whole = text.endswith("\n") and len(columns) == 1 and (path.suffix != ".json" or json.loads(text))
            found += [] if whole else [path]
    return found


def debris(workspace: Workspace) -> list[str]:
    """Files that no finished run leaves: temporary ones, states of trainings, and locks."""
    left = {".tmp", ".resume", ".lock"}
    paths = (path for folder in ("results", "logs", "data") for path in workspace.path(folder).rglob("*"))
    return [str(path) for path in paths if path.suffix in left]


def logged(workspace: Workspace) -> str:
    """The log of the last training; Snakemake removes it before the next one begins."""
    with contextlib.suppress(FileNotFoundError):
        return workspace.path(str(LOG)).read_text()
    return ""


def gone_on_after(workspace: Workspace) -> int | None:
    """The step after which the last training went on; None if it began anew."""
    found = re.search(r"goes on after step ([\d,]+)", logged(workspace))
    return int(found[1].replace(",", "")) if found else None


def unlock(workspace: Workspace) -> None:
    """Remove the lock that a killed Snakemake leaves, as the documentation says."""
    if any(workspace.path(".snakemake/locks").glob("*")):
        assert workspace.snakemake("--unlock").returncode == 0


def go_on(workspace: Workspace, target: str = TARGET) -> None:
    """Run the workflow to its end after an interruption."""
    unlock(workspace)
    run = workspace.snakemake(target)
    assert run.returncode == 0, run.stderr
