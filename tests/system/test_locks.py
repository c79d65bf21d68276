import fcntl
import os
import subprocess
import sys
import threading
import time

import pytest

from iadb_core.system.locks import alone, held, remove_unless_held

HOLDER = """
import sys, time
from pathlib import Path
from iadb_core.system.locks import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds a file."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "file")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_file_is_removed_when_its_holder_has_ended_however_it_ended(tmp_path, holder):
    remove_unless_held(tmp_path / "file")
    assert (tmp_path / "file").exists()
    holder.kill()
    holder.wait()
    remove_unless_held(tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_what_is_not_there_need_not_be_removed(tmp_path):
    remove_unless_held(tmp_path / "nothing")
    (tmp_path / "folder").mkdir()
    remove_unless_held(tmp_path / "folder")
    assert (tmp_path / "folder").exists()


def test_the_killed_are_not_waited_for(tmp_path, holder):
    holder.kill()
    holder.wait()
    told = []
    with alone(tmp_path / "file", told.append):
        assert (tmp_path / "file").read_text().startswith("process ")
    assert not told
    assert not (tmp_path / "file").exists()


def test_on_a_cluster_it_says_which_job_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    with alone(tmp_path / "file", print):
        assert (tmp_path / "file").read_text().endswith(", job 17 of Slurm")


def test_one_at_a_time(tmp_path):
    inside, most, told = [], [], []

    def work(number):
        with alone(tmp_path / "lock", told.append):
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.01)
            inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20
    assert any(text.startswith("process ") for text in told)
    assert not list(tmp_path.iterdir())


def test_a_file_that_was_removed_meanwhile_is_made_anew(tmp_path):
    with held(tmp_path / "file"):
        (tmp_path / "file").unlink()

        def hold_too():
            with held(tmp_path / "file"):
                there.append((tmp_path / "file").exists())

        there = []
        thread = threading.Thread(target=hold_too)
        thread.start()
        thread.join(10)
        assert there == [True]


def between_opening_and_locking(monkeypatch, change):
    """Let something happen once, after a file was opened and before it is locked, as another process might do it."""
    flock, left = fcntl.flock, [change]

    def late(file, operation):
        if left:
            left.pop()()
        return flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)


def replaced(path):
    """Another file gets the name."""
    path.with_name("other").write_text("other")
    os.replace(path.with_name("other"), path)


@pytest.mark.parametrize("change", [lambda path: path.unlink(), replaced], ids=["removed", "replaced"])
def test_what_is_held_is_the_file_that_has_the_name(tmp_path, monkeypatch, change):
    path = tmp_path / "file"
    path.touch()
    between_opening_and_locking(monkeypatch, lambda: change(path))
    with held(path), pytest.raises(BlockingIOError), open(path, "ab") as another:
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("change", [lambda path: path.unlink(), replaced], ids=["removed", "replaced"])
def test_who_is_alone_has_written_so_into_the_file_that_has_the_name(tmp_path, monkeypatch, change):
    path = tmp_path / "file"
    path.touch()
    between_opening_and_locking(monkeypatch, lambda: change(path))
    with alone(path, print):
        assert path.read_text().startswith(f"process {os.getpid()} on ")
    assert not path.exists()


def test_a_file_that_another_has_put_in_the_place_of_the_abandoned_one_is_not_removed(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.touch()
    between_opening_and_locking(monkeypatch, lambda: replaced(path))
    remove_unless_held(path)
    assert path.read_text() == "other"
    remove_unless_held(path)
    assert not path.exists()
