"""A training in several processes is the training in one: its losses, its state, its end."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT
from interrupting import heed_ctrl_c, wait_for
from PIL import Image
from small import SHAPES, SIZES, training

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.networks import checkpoint
from iadb_core.training import job as training_job
from iadb_core.training import trained_on
from iadb_core.training.job import TrainingJob
from iadb_core.training.processes import ALONE
from iadb_core.training.settings import Training

POINTS = (Gaussian(mean=0.5, std=0.1), Picture(path="nowhere.png"), "mlp", {"width": 16, "hidden_layers": 2})
IMAGES = (Gaussian(), Dataset(name="digits", size=8), "unet", {"width": 8})
TRAINING = {
    "batch_size": 33,  # of which one process gets more than the other
    "order": "shuffled",
    "learning_rate": 0.003,
    "decay": "cosine",
    "warmup": 10,
    "ema": 0.9,
    "record_every": 20,
}
RUN = """
import json, sys
from iadb_core.training.job import TrainingJob, run
run(TrainingJob(**json.loads(sys.argv[1])), devices=int(sys.argv[2]))
"""


@pytest.fixture
def job(tmp_path):
    """Makes a job of one of the kinds of samples, of so many steps."""
    random = np.random.default_rng(0)
    np.save(tmp_path / "points.npy", random.random((500, 2), np.float32))
    np.save(tmp_path / "images.npy", random.integers(0, 256, (500, 1, 8, 8), np.uint8))

    Image.new("L", (4, 4), 255).save(tmp_path / "white.png")

    def made(name, steps):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        kind = name.split("-")[0]
        source, target, network, sizes = {"points": POINTS, "images": IMAGES}[kind]
        return TrainingJob(
            title=name,
            log=str(folder / "log"),
            inputs={"source": None, "target": str(tmp_path / f"{kind}.npy")},
            code=[__file__],
            model=str(folder / "model.pt"),
            history=str(folder / "training.csv"),
            summary=str(folder / "training.json"),
            settings={
                "source": source.described(),
                "target": target.described(),
                "network": SIZES[network].canonical() | sizes,
                "training": training(**TRAINING, steps=steps).canonical(),
                "device": "cpu",
                "precision": "float32",
            },
            seed=3,
            shape=list(SHAPES[network]),
            threads=2,
            files={side: [str(tmp_path / "white.png")] * (kind == "points") for side in ("source", "target")},
        )

    return made


def start(job, devices):
    """A thread for each process: more would wait for each other on cores that other tests use."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, json.dumps(job._replace(threads=devices)._asdict()), str(devices)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_ctrl_c,
    )


def run(job, devices):
    process = start(job, devices)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said


def losses(job):
    return np.genfromtxt(job.history, delimiter=",", names=True)["loss"]


def weights(job):
    network, _ = checkpoint.load(job.model)
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def states(job):
    return sorted(
        os.path.join(os.path.dirname(job.model), name)
        for name in os.listdir(os.path.dirname(job.model))
        if name.endswith(".resume")
    )


@pytest.mark.parametrize("kind", ["points", "images"])
def test_two_processes_train_as_one_does(job, kind):
    one, two = job(f"{kind}-one", 300), job(f"{kind}-two", 300)
    run(one, 1)
    run(two, 2)
    assert len(losses(one)) == 15
    np.testing.assert_allclose(losses(two)[:5], losses(one)[:5], rtol=1e-6)
    np.testing.assert_allclose(losses(two), losses(one), rtol=1e-4)  # a rounding may turn a ReLU, or a step of Adam
    assert losses(one)[-1] < 0.9 * losses(one)[0]
    if kind == "points":
        assert torch.allclose(weights(one), weights(two), atol=1e-4)
    summaries = [json.loads(Path(each.summary).read_text()) for each in (one, two)]
    assert [summary["processes"] for summary in summaries] == [1, 2]
    assert summaries[1]["hardware"].startswith("2 × ")


def with_settings(what, network=None, training=None, **sections):
    """The job with more in some sections."""
    changed = {
        "network": what.settings["network"] | (network or {}),
        "training": Training.model_validate(what.settings["training"] | (training or {})).canonical(),
    }
    return what._replace(settings=what.settings | changed | sections)


def told_classes(what, folder):
    np.save(folder / "labels.npy", np.arange(500) % 3)
    told = with_settings(what, condition={"label": {"drop": 0.2}}, classes=["a", "b", "c"])
    return told._replace(inputs=what.inputs | {"labels": str(folder / "labels.npy")})


EVERY_KIND = {
    "images-told-classes": told_classes,
    "images-degraded": lambda what, _: with_settings(
        what, condition={"degradation": {"half": {"side": "random", "noise": 0.1}}}
    ),
    "images-jumping": lambda what, _: with_settings(what, training={"objective": {"progressive": {"share": 0.4}}}),
    "points-transported": lambda what, _: with_settings(
        what, training={"coupling": {"optimal_transport": {"batch": 66, "method": "sinkhorn", "regularisation": 0.1}}}
    ),
    "points-jumping": lambda what, _: with_settings(
        what, network={"activation": "silu"}, training={"objective": {"lagrangian": {}}}
    ),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_of_training_is_the_same_in_two_processes_and_after_an_interruption(job, kind, tmp_path):
    steps = {"points-transported": 2000, "points-jumping": 800}.get(kind, 150)
    one, two, broken = (EVERY_KIND[kind](job(f"{kind}-{how}", steps), tmp_path) for how in ("one", "two", "broken"))
    run(one, 1)
    run(two, 2)
    np.testing.assert_allclose(losses(two)[:5], losses(one)[:5], rtol=1e-5)
    np.testing.assert_allclose(losses(two), losses(one), rtol=1e-2)
    assert losses(one)[-1] < 0.95 * losses(one)[0]
    interrupt(broken, 1, signal.SIGTERM)
    run(broken, 1)
    assert "goes on after step" in Path(broken.log).read_text()
    assert weights(broken).tolist() == weights(one).tolist()


@pytest.mark.parametrize(("runs", "here", "sharing"), [(1, 1, 1), (3, 1, 3), (3, 2, 6)])
def test_runs_and_processes_that_share_a_memory_are_counted(job, monkeypatch, runs, here, sharing):
    class Seen(Exception):  # noqa: N818
        pass

    def seen(densities, samples, shape, batch_size, order, seed, device, alpha, coupling, sharing, *_):
        raise Seen(sharing)

    monkeypatch.setattr(trained_on, "pairs_of", seen)
    what = job("points", 10)._replace(threads=1, sharing=runs)
    with pytest.raises(Seen) as found:
        training_job._train(what, replace(ALONE, here=here))
    assert found.value.args == (sharing,)


def interrupt(job, devices, number):
    """Send a signal to a training that has begun; it leaves a state and no more."""
    process = start(job, devices)
    wait_for(lambda: os.path.exists(job.log) and "steps on" in Path(job.log).read_text(), 120)
    time.sleep(0.3)
    os.killpg(process.pid, number)
    try:
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 128 + number
    assert len(states(job)) == 1
    assert "Traceback" not in said
    assert not os.path.exists(job.model)


@pytest.fixture
def in_the_background():
    """SIGINT and SIGHUP are ignored, as in what nohup starts in the background of a shell."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("in_the_background")
@pytest.mark.parametrize(("devices", "number"), [(2, signal.SIGINT), (1, signal.SIGINT), (1, signal.SIGHUP)])
def test_processes_that_are_interrupted_leave_a_state(job, devices, number):
    interrupt(job("points", 10_000_000), devices, number)


@pytest.mark.parametrize(("before", "after"), [(2, 1), (1, 2)])
def test_a_training_goes_on_with_another_number_of_processes(job, before, after):
    whole, broken = job("images-whole", 200), job("images-broken", 200)
    run(whole, 1)
    interrupt(broken, before, signal.SIGTERM)
    run(broken, after)
    log = Path(broken.log).read_text()
    assert "goes on after step" in log
    assert "the last digits will be of neither" in log
    np.testing.assert_allclose(losses(broken), losses(whole), rtol=1e-3)
    np.testing.assert_allclose(losses(broken)[:2], losses(whole)[:2], rtol=1e-6)


def test_when_a_process_is_killed_the_others_end(job):
    long = job("points", 10_000_000)
    process = start(long, 2)
    wait_for(lambda: os.path.exists(long.log) and "steps on" in Path(long.log).read_text(), 120)
    children = [int(rank) for rank in left(long) if int(rank) != process.pid]
    os.kill(max(children), signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode not in (0, None)
    assert not left(long)


def left(job):
    """The processes of a training that are there."""
    found = ["pgrep", "--full", f"iadb_core.training.job.*{os.path.dirname(job.model)}"]
    return subprocess.run(found, capture_output=True, text=True, check=False).stdout.split()


def test_processes_whose_launcher_is_killed_save_and_end(job):
    long = job("points", 10_000_000)
    process = start(long, 2)
    wait_for(lambda: os.path.exists(long.log) and "steps on" in Path(long.log).read_text(), 120)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    wait_for(lambda: not left(long), 60)
    assert len(states(long)) == 1


def constant(what, steps, **changed):
    """The job with so many steps at a constant rate."""
    settings = {"decay": "constant", "steps": steps, **changed}
    return what._replace(settings=what.settings | {"training": what.settings["training"] | settings})


def told(job):
    """What is known of a training but for seconds and what was computed by whom."""
    return Path(job.model).read_bytes(), losses(job).tolist()


@pytest.mark.parametrize("kind", ["points", "images"])
def test_a_training_of_more_steps_goes_on_from_the_finished_one_to_the_same_bytes(job, kind):
    first, whole = constant(job(f"{kind}-first", 150), 150), constant(job(f"{kind}-whole", 200), 200)
    run(first, 1)
    run(whole, 1)
    Path(first.model).unlink()  # as Snakemake does before a job starts
    more = constant(first, 200)
    run(more, 1)
    assert told(more) == told(whole)
    assert "goes on after step" in Path(more.log).read_text()


def test_a_training_of_more_steps_begins_anew_where_the_rate_depends_on_their_number(job):
    first, whole = job("points-first", 150), job("points-whole", 200)
    run(first, 1)
    run(whole, 1)
    more = first._replace(settings=whole.settings)
    run(more, 1)
    assert told(more) == told(whole)
    assert "the rate of a step depends on their number: the training begins anew" in Path(more.log).read_text()


def test_a_finished_training_of_other_settings_is_not_gone_on_from(job):
    first = constant(job("points-first", 150), 150)
    run(first, 1)
    for other in (constant(first, 200, learning_rate=0.01), constant(first, 200)._replace(seed=4)):
        run(other, 1)
        assert "goes on after step" not in Path(other.log).read_text()


def test_processes_train_on_a_machine_that_does_not_know_its_own_name(job):
    unnamed = ["unshare", "--map-root-user", "--uts", "sh", "-c", 'hostname nosuchhost.invalid && exec "$@"', "sh"]
    if subprocess.run([*unnamed, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no name of its own can be given to a process here")
    what = job("points", 60)._replace(threads=2)
    command = [*unnamed, sys.executable, "-c", RUN, json.dumps(what._asdict()), "2"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr


def test_a_training_begins_from_another_model_and_says_so(job):
    first, other = constant(job("points-first", 60), 60), constant(job("points-other", 60), 60, **{"from": "first"})
    run(first, 1)
    begun = other._replace(begin=first.model)
    run(begun, 1)
    run(constant(job("points-cold", 60), 60), 1)
    assert losses(begun)[0] < losses(first)[0]
    summary = json.loads(Path(begun.summary).read_text())
    digest = json.loads(Path(first.summary).read_text())["weights_hash"]
    assert summary["begun_from"] == f"first, seed 3, 60 steps, weights {digest}"
    assert "begun_from" not in json.loads(Path(first.summary).read_text())
    assert f"begins from {first.model}, weights {digest}" in Path(begun.log).read_text()


def test_no_learning_leaves_the_model_that_it_began_from(job):
    first = constant(job("points-first", 60), 60)
    run(first, 1)
    still = constant(job("points-still", 33), 33, learning_rate=1e-20, **{"from": "first"})._replace(begin=first.model)
    run(still, 1)
    assert torch.equal(weights(still), weights(first))


@pytest.mark.parametrize("kind", ["points", "images"])
def test_a_training_of_jumps_begins_where_one_of_the_field_ended(job, kind):
    first = constant(job(f"{kind}-first", 30), 30)
    run(first, 1)
    objective = {"objective": {"progressive": {"share": 0.5, "whole": 0.25, "from": None}}}
    still = constant(job(f"{kind}-jumps", 33), 33, learning_rate=1e-20, **{"from": "first"}, **objective)
    run(still._replace(begin=first.model), 1)
    assert checkpoint.load(still.model)[1]["network"]["jumps"] == 1
    assert len(weights(still)) > len(weights(first))
    assert torch.isclose(weights(still).abs().sum(), weights(first).abs().sum())


def test_a_model_of_another_network_is_refused(job):
    first, other = constant(job("points-first", 20), 20), constant(job("points-other", 20), 20)
    run(first, 1)
    wider = other.settings | {"network": other.settings["network"] | {"width": 24}}
    process = start(other._replace(begin=first.model, settings=wider), 1)
    assert "is of another network, or of samples of another shape" in process.communicate(timeout=100)[1]
    assert process.returncode


def test_the_model_before_is_there_until_the_next_one_is(job):
    first = job("points", 60)
    run(first, 1)
    before, last = Path(first.model).read_bytes(), Path(first.model).with_suffix(".last.pt")
    assert last.read_bytes() == before
    Path(first.model).unlink()  # as Snakemake does before a job starts
    assert last.read_bytes() == before
    run(job("points", 80), 1)
    assert last.read_bytes() == Path(first.model).read_bytes() != before
