"""Whatever ends a run, the next one goes on from there and ends with the same bytes."""

import random
import time

import interrupting
import pytest
from conftest import make_workspace
from interrupting import MODEL, STATE, WAYS, begin_anew, debris, digests, go_on, gone_on_after, prepare, start, wait_for


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


@pytest.mark.parametrize("way", WAYS)
def test_a_run_goes_on_from_where_it_was(way, workspace, begun, uninterrupted):
    time.sleep(random.uniform(0, 2))
    WAYS[way](begun)
    begun.wait(60)
    assert begun.returncode != 0
    assert not workspace.path(str(MODEL)).exists()
    wait_for(lambda: not interrupting.scripts(begun))
    go_on(workspace)
    assert gone_on_after(workspace)
    assert digests(workspace) == uninterrupted
    assert not debris(workspace)
