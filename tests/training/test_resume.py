import hashlib
import io
import random
import signal
from itertools import islice

import pytest
import torch
from small import SHAPES, network, training

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.pairs import pairs_of
from iadb_core.networks.building import initialise
from iadb_core.system.errors import InputError
from iadb_core.system.interruptions import Interruptions
from iadb_core.system.runtime import generator
from iadb_core.training import resume
from iadb_core.training.loop import Running, State, train
from iadb_core.training.records import record_steps
from iadb_core.training.resume import MAGIC, Keeper, ResumeFile, from_shorter

CPU = torch.device("cpu")
GAUSSIANS = Gaussian(), Gaussian(mean=2.0, std=0.5)
STATE = State(1, 1, 2.0, [torch.arange(1000.0), torch.ones(())], [0.5], [])


class Case:
    """A training of some hundred steps, in blocks of 64 steps."""

    def __init__(self, name="mlp", steps=400, precision=torch.float32, every=30, **settings):
        self.shape, self.steps, self.precision, self.every = SHAPES[name], steps, precision, every
        self.settings = training(batch_size=64, learning_rate=2e-3).model_copy(update=settings)
        self.network = network(name)

    def records(self, begin=None, after_block=lambda training: None):
        drawn = self.shape, self.settings.batch_size, "with_replacement", 0, CPU
        blocks = pairs_of(GAUSSIANS, (None, None), *drawn).blocks(begin.blocks if begin else 0)
        record_at = record_steps(self.every, None)
        return train(self.network, blocks, self.steps, self.settings, self.precision, record_at, begin, after_block)

    def weights(self):
        return [parameter.detach().clone() for parameter in self.network.parameters()]


def states_of(case):
    """The records, and the states after each block."""
    states = []
    return list(case.records(after_block=lambda running: states.append(running.state()))), states


def without_seconds(records):
    return [(record.step, record.loss) for record in records]


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("mlp", {}),
        ("mlp", {"ema": 0.99, "decay": "cosine", "warmup": 100}),
        ("unet", {"precision": torch.bfloat16, "steps": 200}),
        ("residual", {"optimizer": "muon", "ema": 0.9, "precision": torch.bfloat16, "steps": 200}),
    ],
)
def test_from_any_state_the_training_ends_with_the_same_bytes(name, settings, tmp_path):
    uninterrupted = Case(name, **settings)
    records, states = states_of(uninterrupted)
    assert len(states) >= 4
    for state in states:
        ResumeFile(tmp_path / "state", "print").save(state)
        again = Case(name, **settings)
        initialise(again.network, generator(1, "other weights"))
        found = ResumeFile(tmp_path / "state", "print").load()
        later = list(again.records(begin=found))
        assert without_seconds([*found.records, *later]) == without_seconds(records)
        for mine, theirs in zip(again.weights(), uninterrupted.weights(), strict=True):
            assert torch.equal(mine, theirs)


def test_the_seconds_of_both_parts_are_added():
    _, states = states_of(Case())
    state = states[2]._replace(seconds=1000.0)
    assert all(1000 < record.seconds < 1060 for record in Case().records(begin=state))


def test_a_state_of_another_network_is_refused():
    _, states = states_of(Case())
    for other in (Case(ema=0.9), Case("unet")):
        with pytest.raises(InputError, match="another network or optimiser"):
            list(other.records(begin=states[0]))
    with pytest.raises(InputError, match="of step 128 of 100"):
        list(Case(steps=100).records(begin=states[1]))


def test_what_a_training_was_computed_on_is_kept(tmp_path, caplog):
    path = tmp_path / "state"
    ResumeFile(path, "print", "A, 2 threads").save(STATE)
    same, other = (ResumeFile(path, "print", hardware) for hardware in ("A, 2 threads", "A, 4 threads"))
    assert same.load()
    assert same.computed_on == ["A, 2 threads"]
    assert not caplog.records
    assert other.load()
    assert other.computed_on == ["A, 2 threads", "A, 4 threads"]
    assert "begun with A, 2 threads and goes on with A, 4 threads" in caplog.text
    other.save(STATE)
    again = ResumeFile(path, "print", "A, 4 threads")
    assert again.load()
    assert again.computed_on == other.computed_on


WRONG = {
    "steps": "1",
    "blocks": -1,
    "seconds": None,
    "tensors": [1.0],
    "losses": 0.5,
    "records": [[1]],
    "computed_on": [],
    "fingerprint": None,
}


@pytest.mark.parametrize("key", WRONG)
def test_a_state_of_wrong_content_is_not_used(key, tmp_path, caplog):
    content = {"fingerprint": "print", "computed_on": ["A"], **STATE._asdict(), key: WRONG[key]}
    body = io.BytesIO()
    torch.save(content, body)
    (tmp_path / "state").write_bytes(MAGIC + hashlib.sha256(body.getvalue()).digest() + body.getvalue())
    assert ResumeFile(tmp_path / "state", "print").load() is None
    assert "the training begins anew" in caplog.text


def test_a_missing_file_is_no_state_and_no_message(tmp_path, caplog):
    assert ResumeFile(tmp_path / "none", "print").load() is None
    assert not caplog.records


def test_any_damage_is_found(tmp_path, caplog):
    file = ResumeFile(tmp_path / "state", "print")
    file.save(STATE)
    whole = file.path.read_bytes()
    rng = random.Random(0)
    damaged = [whole[: rng.randrange(len(whole))] for _ in range(50)]
    for _ in range(200):
        bit = rng.randrange(8 * len(whole))
        damaged.append(whole[: bit // 8] + bytes([whole[bit // 8] ^ 1 << bit % 8]) + whole[bit // 8 + 1 :])
    damaged += [b"", whole + b"\0", b"iadb-resume-0\n" + whole[14:]]
    for content in damaged:
        file.path.write_bytes(content)
        caplog.clear()
        assert file.load() is None
        assert "the training begins anew" in caplog.text
    file.path.write_bytes(whole)
    assert torch.equal(file.load().tensors[0], STATE.tensors[0])


def test_a_state_of_another_run_is_not_used(tmp_path, caplog):
    ResumeFile(tmp_path / "state", "print").save(STATE)
    assert ResumeFile(tmp_path / "state", "other").load() is None
    assert "other settings, code or data" in caplog.text


class Standing(Running):
    """A training as a keeper sees it, that stands where it is told to."""

    least = None

    def __init__(self, state=STATE, done=1, steps=10):
        self.given, self.done, self.steps, self.block_steps = state, done, steps, 2

    def wait(self):
        pass

    def state(self):
        return self.given


def kept(tmp_path, interruptions=None):
    return Keeper(ResumeFile(tmp_path / "state", "print"), interruptions or Interruptions())


def test_states_are_kept_now_and_then_and_at_the_end(tmp_path, monkeypatch):
    keeper = kept(tmp_path)
    keeper(Standing())
    assert not keeper.file.path.exists()
    keeper(Standing(done=10))
    assert keeper.file.path.exists()
    keeper.file.path.unlink()
    keeper.pause = 0
    keeper(Standing())
    assert keeper.file.path.exists()


def test_before_the_last_block_the_state_is_kept_for_a_longer_training(tmp_path):
    finished = ResumeFile(tmp_path / "finished", "print")
    keeper = Keeper(ResumeFile(tmp_path / "state", "print"), Interruptions(), finished)
    for done, there in ((7, False), (8, True), (10, True)):
        keeper(Standing(done=done))
        assert finished.path.exists() == there
    assert torch.equal(from_shorter(finished, STATE.steps + 1, "constant").tensors[0], STATE.tensors[0])
    assert from_shorter(finished, STATE.steps, "constant") is None
    assert from_shorter(finished, STATE.steps + 1, "cosine") is None
    assert from_shorter(ResumeFile(finished.path, "other"), STATE.steps + 1, "constant") is None
    assert from_shorter(ResumeFile(tmp_path / "none", "print"), STATE.steps + 1, "constant") is None


def test_where_writing_takes_long_it_is_done_seldom(tmp_path, monkeypatch):
    seconds = iter([0, 100, 100, 102, 200, 200, 260, 350, 470, 470, 470])
    monkeypatch.setattr(resume.time, "monotonic", lambda: next(seconds))
    keeper = kept(tmp_path)
    keeper(Standing())  # written, which took two seconds
    keeper(Standing())  # and now sixty, as on a disk that keeps one waiting
    assert keeper.pause == pytest.approx(200)
    keeper.file.path.unlink()
    keeper(Standing())
    assert not keeper.file.path.exists()
    keeper(Standing())
    assert keeper.file.path.exists()


def test_before_an_interruption_acts_the_state_is_kept(tmp_path):
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    done = []
    try:
        with Interruptions() as interruptions:
            keeper = kept(tmp_path, interruptions)
            signal.raise_signal(signal.SIGTERM)
            keeper(Standing())
            done.append(1)
    except KeyboardInterrupt:
        assert not done
    finally:
        signal.signal(signal.SIGTERM, before)
    assert keeper.file.load().steps == STATE.steps


def test_the_last_good_state_stays(tmp_path):
    keeper = kept(tmp_path)
    keeper.file.save(STATE)
    wrong = STATE._replace(steps=2, tensors=[torch.tensor([1.0, float("inf")])])
    keeper(Standing(wrong, done=10))
    assert keeper.file.load().steps == 1


def test_a_loss_that_is_not_finite_is_not_kept_but_told(tmp_path):
    keeper = kept(tmp_path)
    keeper.pause = 0
    with pytest.raises(InputError, match=r"the loss became (inf|nan) at step"):
        list(Case(learning_rate=1e30, every=10**6).records(after_block=keeper))
    assert not keeper.file.path.exists()


def test_training_goes_on_where_no_state_can_be_written(tmp_path, caplog):
    keeper = kept(tmp_path)
    keeper.file.path.mkdir()
    keeper(Standing(done=10))
    assert "cannot write" in caplog.text


def test_states_hold_what_is_due_later(tmp_path):
    """Between two blocks there are losses that are in no record yet."""
    states = []
    list(islice(Case(every=1000).records(after_block=lambda running: states.append(running.state())), 1))
    assert [len(state.losses) for state in states][:3] == [64, 128, 192]
