import subprocess
import sys

import pytest
import torch

from iadb_core.system import runtime, sharing

TAKES = """
import sys
from pathlib import Path
from iadb_core.system.sharing import least_taken
print(least_taken(int(sys.argv[1]), Path(sys.argv[2])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def jobs(tmp_path):
    """Starts processes that each take a GPU, and gives what they took; all end with the test."""
    started = []

    def start(count, gpus):
        own = [
            subprocess.Popen(
                [sys.executable, "-c", TAKES, str(gpus), str(tmp_path / "gpus")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(count)
        ]
        started.extend(own)
        return own, [int(one.stdout.readline()) for one in own]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def test_jobs_that_start_at_once_take_a_gpu_each(jobs):
    assert sorted(jobs(4, 4)[1]) == [0, 1, 2, 3]


def test_more_jobs_than_gpus_are_spread_equally(jobs):
    assert sorted(jobs(5, 2)[1]) in ([0, 0, 0, 1, 1], [0, 0, 1, 1, 1])


def test_what_a_killed_job_had_is_free_again(jobs):
    own, taken = jobs(3, 3)
    own[1].kill()
    own[1].communicate()
    assert jobs(1, 3)[1] == [taken[1]]


def test_a_job_keeps_its_gpu(tmp_path):
    assert sharing.least_taken(2, tmp_path / "a") == sharing.least_taken(2, tmp_path / "a") == 0
    assert sharing.least_taken(3, tmp_path / "b") == 0


@pytest.mark.parametrize(
    ("name", "gpus", "job", "expected"),
    [
        ("auto", 2, True, "cuda:1"),
        ("cuda", 2, True, "cuda:1"),
        ("cuda:0", 2, True, "cuda:0"),
        ("cpu", 2, True, "cpu"),
        ("cuda", 1, True, "cuda:0"),
        ("cuda", 2, False, "cuda:0"),
    ],
)
def test_only_a_job_that_is_told_no_number_chooses_among_several(monkeypatch, name, gpus, job, expected):
    current = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.cuda, "set_device", current.append)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: current[-1] if current else 0)
    monkeypatch.setattr(runtime, "least_taken", lambda count: count - 1)
    monkeypatch.setattr(runtime, "_configured", job)
    assert str(runtime.choose_device(name)) == expected
    assert current == ([1] if expected == "cuda:1" else [])
