import pytest
import torch
from small import network, training

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.pairs import pairs_of
from iadb_core.system import runtime
from iadb_core.system.errors import InputError
from iadb_core.training.loop import train
from iadb_core.training.records import record_steps

CPU = torch.device("cpu")


def test_auto_prefers_cuda_then_mps_then_cpu(monkeypatch):
    for cuda, mps, expected in ((True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.cuda, "device_count", lambda cuda=cuda: int(cuda))
        monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        assert runtime.choose_device("auto").type == expected


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for name in ("cuda", "cuda:1", "cpu:1"):
        with pytest.raises(InputError, match=rf"device: {name} is not on this machine, which has cpu"):
            runtime.choose_device(name)


def test_auto_precision_is_bfloat16_only_for_convolutions_on_hardware_that_has_it(monkeypatch):
    for fast, convolutional, expected in (
        (True, True, torch.bfloat16),
        (True, False, torch.float32),
        (False, True, torch.float32),
    ):
        monkeypatch.setattr(runtime, "fast_bfloat16", lambda device, fast=fast: fast)
        assert runtime.choose_precision("auto", CPU, convolutional) == expected
    assert runtime.choose_precision("bfloat16", CPU, False) == torch.bfloat16
    assert runtime.precision_name(torch.bfloat16) == "bfloat16"


def test_never_more_threads_than_cores(monkeypatch):
    asked = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    monkeypatch.setattr(runtime, "available_cores", lambda: 3)
    assert [runtime.configure(threads) for threads in (1, 3, 64)] == [1, 3, 3]
    assert asked == [1, 3, 3]


def test_arithmetic_is_exact_in_the_block_and_as_before_after_it():
    def flags():
        own = torch.backends.cudnn
        return own.deterministic, own.benchmark, own.allow_tf32, torch.backends.cuda.matmul.allow_tf32

    before, threads = flags(), torch.get_num_threads()
    with runtime.configured(1):
        assert flags() == (True, False, False, False)
        assert torch.get_num_threads() == 1
    assert flags() == before
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (2**40, [(-3, 2**30), (-1, 2**30)]),
        (2**25, [(-3, 2**30), (-3, 2**25), (-1, 2**30)]),
        (0, [(-3, 2**30), (-3, 2**25)]),
    ],
    ids=["new glibc", "older glibc", "neither"],
)
def test_memory_is_only_kept_where_large_blocks_come_from_the_heap(accepted, expected, monkeypatch):
    asked = []

    class Library:
        def mallopt(self, option, value):
            asked.append((option, value))
            return int(option != -3 or value <= accepted)

    monkeypatch.setattr(runtime.ctypes, "CDLL", lambda name: Library())
    monkeypatch.setattr(runtime.sys, "platform", "linux")
    runtime.keep_freed_memory()
    assert asked == expected


def test_peak_memory_is_of_this_process():
    before = runtime.peak_memory_mb(CPU)
    block = bytearray(300_000_000)
    assert 50 < before < 20_000
    assert runtime.peak_memory_mb(CPU) >= 300
    del block


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_training_on_cuda_follows_the_one_on_the_cpu():
    densities, told = (
        (Gaussian(mean=-1.0, std=0.5), Gaussian(mean=2.0, std=1.5)),
        training(batch_size=256, learning_rate=2e-3),
    )

    def loss(device):
        blocks = pairs_of(densities, (None, None), (2,), 256, told.order, 0, device).blocks()
        trained = network(width=32, hidden_layers=2).to(device)
        *_, last = train(trained, blocks, 500, told, torch.float32, record_steps(500, None))
        return last.loss

    assert loss(torch.device("cuda")) == pytest.approx(loss(CPU), rel=0.05)
