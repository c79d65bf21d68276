import platform
from pathlib import Path

import pytest
import torch

from iadb_core.system import hardware
from iadb_core.system.hardware import processor

CPU = torch.device("cpu")


@pytest.fixture
def threads():
    """How many threads torch uses, which a test may change."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def test_the_processor_is_told_with_family_and_model_where_the_system_tells_them():
    told = processor()
    assert told
    if platform.machine() == "x86_64" and (file := Path("/proc/cpuinfo")).exists():
        lines = [line.split(":", 1) for line in file.read_text().splitlines() if ":" in line]
        known = {key.strip(): value.strip() for key, value in lines}
        assert told == f"{known['model name']}, family {known['cpu family']}, model {known['model']}"


def test_the_number_of_threads_which_changes_the_order_of_sums_is_told(threads, monkeypatch):
    monkeypatch.setattr(hardware, "processor", lambda: "a processor")
    threads(1)
    assert hardware.hardware(CPU) == "a processor, 1 thread"
    threads(2)
    assert hardware.hardware(CPU) == "a processor, 2 threads"
    assert hardware.hardware(CPU, processes=3) == "3 × a processor, 2 threads"


def test_of_a_gpu_its_name_is_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"a GPU at {device}")
    assert hardware.hardware(torch.device("cuda:1")) == "a GPU at cuda:1"
    assert hardware.hardware(torch.device("cuda:1"), processes=8) == "8 × a GPU at cuda:1"
