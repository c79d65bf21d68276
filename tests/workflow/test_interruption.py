"""Whatever ends a run, the next one goes on from there and ends with the same bytes."""

import contextlib
import io
import os
import random
import signal
import subprocess
import time

import interrupting
import pytest
from conftest import make_workspace, mounted
from interrupting import (
    LOG,
    MODEL,
    WAYS,
    begin_anew,
    debris,
    digests,
    go_on,
    gone_on_after,
    half_written,
    prepare,
    start,
    states,
    wait_for,
)
from small import POINTS

from iadb_core.system.archives import load_archive
from iadb_core.system.files import TEMPORARY
from iadb_core.training.loop import State
from iadb_core.training.resume import DIGEST_SIZE, MAGIC, ResumeFile


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = make_workspace(tmp_path_factory.mktemp("interrupted") / "project")
    prepare(workspace)
    return workspace


@pytest.fixture(scope="module")
def uninterrupted(workspace):
    """Digests of what an undisturbed run makes."""
    go_on(workspace)
    assert not debris(workspace)
    return digests(workspace)


@pytest.fixture
def begun(workspace, uninterrupted):
    """A training anew that has saved a state."""
    begin_anew(workspace)
    run = start(workspace)
    wait_for(lambda: states(workspace))
    yield run
    with contextlib.suppress(ProcessLookupError):
        interrupting.kill_all(run)
    run.wait()


def the_models(digests):
    return {path: digest for path, digest in digests.items() if path.endswith(".pt")}


def truncated(state):
    state.write_bytes(state.read_bytes()[:-100])


def flipped(state):
    content = bytearray(state.read_bytes())
    content[len(content) // 2] ^= 4
    state.write_bytes(content)


def of_another_version(state):
    state.write_bytes(state.read_bytes().replace(MAGIC, b"iadb-resume-0\n"))


def of_another_configuration(state):
    content = state.read_bytes()
    begin = len(MAGIC) + DIGEST_SIZE
    found = load_archive(io.BytesIO(content[begin:]))
    del found["fingerprint"], found["computed_on"]
    ResumeFile(state, "another").save(State(**found))


@pytest.mark.parametrize("wrong", [truncated, flipped, of_another_version, of_another_configuration])
def test_a_state_that_is_wrong_is_not_gone_on_from(wrong, workspace, begun, uninterrupted):
    interrupting.kill_all(begun)
    begun.wait(60)
    wrong(*states(workspace))
    go_on(workspace, str(MODEL))
    assert gone_on_after(workspace) is None
    assert "the training begins anew" in workspace.path(str(LOG)).read_text()
    assert the_models(digests(workspace)) == the_models(uninterrupted)
    assert not debris(workspace)


def test_a_change_of_the_configuration_that_is_taken_back(workspace, begun, uninterrupted):
    interrupting.kill_all(begun)
    begun.wait(60)
    (state,) = states(workspace)
    saved, config = state.read_bytes(), workspace.path("config.yaml").read_text()
    faster = POINTS | {"training": POINTS["training"] | {"steps": interrupting.STEPS, "learning_rate": 0.1}}
    workspace.configure({"points": faster})
    interrupting.unlock(workspace)
    second = start(workspace)
    wait_for(lambda: len(states(workspace)) == 2)
    interrupting.interrupt(second)
    assert second.wait(60) != 0
    assert f"states of other settings, code or data stay: {state.name}" in workspace.path(str(LOG)).read_text()
    assert state.read_bytes() == saved
    workspace.path("config.yaml").write_text(config)
    go_on(workspace, str(MODEL))
    assert gone_on_after(workspace)
    assert the_models(digests(workspace)) == the_models(uninterrupted)
    assert not debris(workspace)


def test_a_disk_that_becomes_full(workspace, uninterrupted):
    begin_anew(workspace)
    folder = workspace.path(str(MODEL.parent))
    folder.mkdir(parents=True)
    if not mounted("-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)):
        pytest.skip("needs the right to mount a small file system")
    try:
        run = start(workspace)
        wait_for(lambda: states(workspace))
        with contextlib.suppress(OSError), open(folder / "filler", "wb", buffering=0) as filler:
            while filler.write(bytes(1000)):
                pass
        assert run.wait(60) != 0
        log = workspace.path(str(LOG)).read_text()
        assert "after an interruption the training would go on from an earlier state" in log
        assert "cannot write results/points/seed0/model.pt: No space left on device" in log
        (folder / "filler").unlink()
        go_on(workspace)
        assert gone_on_after(workspace)
        assert digests(workspace) == uninterrupted
        assert not debris(workspace)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_second_run_in_the_same_folder_stops_and_disturbs_nothing(workspace, begun, uninterrupted):
    second = workspace.snakemake(interrupting.TARGET)
    assert second.returncode != 0
    assert "locked" in second.stderr
    assert "Traceback" not in second.stderr
    assert begun.wait(60) == 0
    assert digests(workspace) == uninterrupted


def test_a_training_that_has_lost_its_snakemake_is_waited_for(workspace, begun, uninterrupted):
    interrupting.kill_snakemake(begun)
    begun.wait()
    (orphan,) = interrupting.scripts(begun)
    os.kill(orphan, signal.SIGSTOP)  # so that it does not end before it is waited for
    interrupting.unlock(workspace)
    second, waits = start(workspace), "writes results/points/seed0/model.pt as well: waiting for its end"
    wait_for(lambda: waits in interrupting.logged(workspace))
    os.kill(orphan, signal.SIGCONT)
    assert second.wait(120) == 0
    assert gone_on_after(workspace) == interrupting.STEPS
    assert digests(workspace) == uninterrupted
    assert not debris(workspace)


@pytest.mark.parametrize("way", WAYS)
def test_a_run_goes_on_from_where_it_was(way, workspace, begun, uninterrupted):
    time.sleep(random.uniform(0, 1))
    WAYS[way](begun)
    begun.wait(60)
    assert begun.returncode != 0
    assert not workspace.path(str(MODEL)).exists()
    wait_for(lambda: not interrupting.scripts(begun))
    go_on(workspace)
    assert gone_on_after(workspace)
    assert digests(workspace) == uninterrupted
    assert not debris(workspace)


def being_written(workspace):
    """The kinds of the files of jobs that have not got their name yet."""
    paths = workspace.path("results").rglob(".*.tmp")
    return {path.name.split(".")[-3] for path in paths if TEMPORARY.fullmatch(path.name)}


def killed_while_writing(workspace, targets, but_not):
    """Kill a run in the middle of writing; the kinds of the files. None of `but_not`; none at all if it ended."""
    run = start(workspace, "--nolock", *targets)
    wait_for(lambda: run.poll() is not None or being_written(workspace) - but_not)
    if run.poll() is not None:
        assert run.returncode == 0
        return set()
    kinds = being_written(workspace)
    interrupting.kill_all(run)
    run.wait()
    wait_for(lambda: not interrupting.scripts(run))
    return kinds


def test_a_file_of_any_stage_is_whole_or_not_there(tmp_path):
    workspace = make_workspace(tmp_path / "project")
    workspace.configure({"points": POINTS})
    code = workspace.path("iadb_core/system/files.py")
    slow = "        __import__('time').sleep(0.2)\n        os.replace("
    code.write_text(code.read_text().replace("        os.replace(", slow))
    targets = ("results/points.gif", "results/metrics.csv")
    assert workspace.snakemake(*targets).returncode == 0
    expected = digests(workspace)
    begin_anew(workspace)
    killed: set[str] = set()
    while kinds := killed_while_writing(workspace, targets, killed):
        killed |= kinds
        assert digests(workspace).items() <= expected.items()
        assert not half_written(workspace)
    assert killed >= {"npy", "pt", "csv", "json", "zip", "gif", "md"}
    # The last one was killed when all was made: what it left goes when something is written there again.
    assert workspace.snakemake(*targets, "--forcerun", "sampling").returncode == 0
    assert digests(workspace) == expected
    assert not half_written(workspace) + debris(workspace)
