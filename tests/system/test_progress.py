import contextlib
import os
import pty
import subprocess
import sys

import pytest

JOB = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGHUP):  # what started the tests may ignore them, as nohup does
    signal.signal(number, signal.SIG_DFL)
from iadb_core.system import progress
from iadb_core.system.errors import InputError
progress.SECONDS_BETWEEN_LINES = 0.05
if sys.argv[1] == "ignored":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
with progress.job("job.log", "title"):
    if sys.argv[1] == "work":
        with progress.Progress(1000, "steps") as bar:
            for _ in range(20):
                time.sleep(0.02)
                bar.update(50, "loss 0.5")
    elif sys.argv[1] == "mistake":
        raise InputError("the file a.png is broken; repair it")
    elif sys.argv[1] == "disk":
        raise OSError(28, "No space left on device", "x.npy")
    elif sys.argv[1].startswith("SIG"):
        from iadb_core.system.files import atomic
        with atomic("half.bin"):
            os.kill(os.getpid(), signal.Signals[sys.argv[1]])
            time.sleep(5)
    elif sys.argv[1] == "ignored":
        os.kill(os.getpid(), signal.SIGHUP)
    elif sys.argv[1] == "memory":
        import torch
        torch.empty(10**15)
    elif sys.argv[1] == "interrupt":
        raise KeyboardInterrupt
    else:
        raise ZeroDivisionError("a fault of the program")
"""


def run(tmp_path, what):
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-c", JOB, what]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    return done, (tmp_path / "job.log").read_text()


def test_without_a_terminal_lines_come_every_so_often(tmp_path):
    done, log = run(tmp_path, "work")
    lines = [line for line in done.stderr.splitlines() if line.startswith("title: ")]
    assert done.returncode == 0
    assert 2 <= len(lines) <= 12
    assert all(part in lines[0] for part in ("of 1,000 steps", "/s", "s left", "loss 0.5"))
    assert "of 1,000 steps" in log


@contextlib.contextmanager
def on_a_terminal(folder):
    """A job that works, and the terminal that it shows its progress on."""
    leader, follower = pty.openpty()
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    process = subprocess.Popen(
        [sys.executable, "-c", JOB, "work"], cwd=folder, env=environment, stdout=follower, stderr=follower
    )
    os.close(follower)
    yield leader
    os.close(leader)
    assert process.wait(60) == 0


def test_on_a_terminal_a_bar_is_drawn(tmp_path):
    shown = b""
    with on_a_terminal(tmp_path) as leader, contextlib.suppress(OSError):  # when the other end is closed
        while chunk := os.read(leader, 4096):
            shown += chunk
    assert b"steps/s" in shown
    assert b"\r" in shown
    assert "loss 0.5" in shown.decode(errors="replace")


def test_when_the_terminal_is_closed_the_work_goes_on(tmp_path):
    with on_a_terminal(tmp_path) as leader:
        assert os.read(leader, 4096)  # the bar, which is drawn again and again


@pytest.mark.parametrize("what", ["mistake", "disk", "memory"])
def test_a_mistake_is_one_line_without_a_traceback(tmp_path, what):
    done, log = run(tmp_path, what)
    expected = {
        "mistake": "the file a.png is broken; repair it",
        "disk": "No space left on device",
        "memory": "a smaller training.batch_size",
    }[what]
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("title: ")
    assert expected in line
    assert expected in log


def test_a_fault_of_the_program_shows_its_traceback_in_both_places(tmp_path):
    done, log = run(tmp_path, "fault")
    assert done.returncode == 1
    for text in (done.stderr, log):
        assert "ZeroDivisionError: a fault of the program" in text
        assert "Traceback" in text


@pytest.mark.parametrize(("number", "status"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_termination_leaves_nothing_half_written(tmp_path, number, status):
    done, log = run(tmp_path, number)
    assert done.returncode == status
    assert done.stderr == "title: terminated\n"
    assert "terminated" in log
    assert [path.name for path in tmp_path.iterdir()] == ["job.log"]


def test_a_hangup_that_is_ignored_stays_ignored(tmp_path):
    done, log = run(tmp_path, "ignored")
    assert (done.returncode, done.stderr, log) == (0, "", "")


def test_an_interruption_is_quiet(tmp_path):
    done, log = run(tmp_path, "interrupt")
    assert done.returncode == 130
    assert done.stderr == "title: interrupted\n"
    assert "interrupted" in log
