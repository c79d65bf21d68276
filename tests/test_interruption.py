"""Whatever ends a run, the next one goes on from there and ends with the same bytes."""

import contextlib
import io
import random
import subprocess
import time

import interrupting
import pytest
from conftest import make_workspace, mounted
from interrupting import (
    LOG,
    MODEL,
    STATE,
    WAYS,
    begin_anew,
    debris,
    digests,
    go_on,
    gone_on_after,
    prepare,
    start,
    wait_for,
)

from iadb_core.archives import load_archive
from iadb_core.resume import DIGEST_SIZE, MAGIC, ResumeFile
from iadb_core.training import State


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
    wait_for(workspace.path(str(STATE)).exists)
    yield run
    if run.poll() is None:
        interrupting.kill_all(run)
    run.wait()


def truncated(state):
    state.write_bytes(state.read_bytes()[:-100])


def flipped(state):
    content = bytearray(state.read_bytes())
    content[len(content) // 2] ^= 4
    state.write_bytes(content)


def of_another_version(state):
    state.write_bytes(state.read_bytes().replace(b"iadb-resume-1", b"iadb-resume-0"))


def of_another_configuration(state):
    content = state.read_bytes()
    begin = len(MAGIC) + DIGEST_SIZE
    found = load_archive(io.BytesIO(content[begin:]))
    del found["fingerprint"]
    ResumeFile(state, "another").save(State(**found))


@pytest.mark.parametrize("wrong", [truncated, flipped, of_another_version, of_another_configuration])
def test_a_state_that_is_wrong_is_not_gone_on_from(wrong, workspace, begun, uninterrupted):
    interrupting.kill_all(begun)
    begun.wait(60)
    wrong(workspace.path(str(STATE)))
    go_on(workspace)
    assert gone_on_after(workspace) is None
    assert "the training begins anew" in workspace.path(str(LOG)).read_text()
    assert digests(workspace) == uninterrupted
    assert not debris(workspace)


def test_a_disk_that_becomes_full(workspace, uninterrupted):
    begin_anew(workspace)
    folder = workspace.path(str(STATE.parent))
    folder.mkdir(parents=True)
    if not mounted("-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)):
        pytest.skip("needs the right to mount a small file system")
    try:
        run = start(workspace)
        wait_for(workspace.path(str(STATE)).exists)
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
