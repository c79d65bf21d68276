"""Where and how torch runs: device, threads, precision, and generators from named seeds."""

import ctypes
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from iadb_core.system.errors import InputError
from iadb_core.system.seeds import seed_for
from iadb_core.system.sharing import least_taken

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_configured = False  # whether this process is a job, beside which others may run
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def choose_device(name: str) -> torch.device:
    """The device for `auto` (CUDA, else MPS, else CPU) or for a name such as `cuda:1`.

    In a job, which `configure` has been called in, `cuda` is the GPU that the fewest other jobs of the workflow have.
    Raises InputError if this machine does not have it.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind = name.split(":")[0]
    index = int(name.split(":")[1]) if ":" in name else 0
    present = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }
    if index >= present.get(kind, 0):
        have = ", ".join(f"{key} ({count})" for key, count in present.items() if count)
        raise InputError(f"device: {name} is not on this machine, which has {have}; set `device: auto`")
    if name != "cuda":
        return torch.device(name)
    if _configured and present["cuda"] > 1:
        torch.cuda.set_device(least_taken(present["cuda"]))
    return torch.device("cuda", torch.cuda.current_device())  # by its number: each thread has a current one of its own


def fast_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 matrices in hardware (AVX512-BF16 or AMX on a CPU)."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return device.type == "cpu" and any(getattr(torch.cpu, probe, lambda: False)() for probe in probes)


def choose_precision(name: str, device: torch.device, convolutional: bool) -> torch.dtype:
    """The dtype in which a network's products are computed; weights and samples stay float32.

    `auto` is bfloat16 for convolutions where the device has instructions for it, else float32.
    """
    if name == "auto":
        name = "bfloat16" if convolutional and fast_bfloat16(device) else "float32"
    return PRECISIONS[name]


def precision_name(dtype: torch.dtype) -> str:
    """The configuration's name of a precision: float32 or bfloat16."""
    return next(name for name, known in PRECISIONS.items() if known == dtype)


def available_cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_freed_memory() -> None:
    """Have glibc keep what is freed for the next tensor; by default it returns large blocks to the system each time.

    The pages would be zeroed and mapped again at every step, a tenth of the time of a convolutional network's training.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    # Older glibc refuses more than 32 MiB; with the other one alone, every large tensor would be mapped anew.
    if mallopt and (mallopt(M_MMAP_THRESHOLD, 2**30) or mallopt(M_MMAP_THRESHOLD, 2**25)):
        mallopt(M_TRIM_THRESHOLD, 2**30)


@contextmanager
def configured(threads: int) -> Iterator[None]:
    """In the block, what `configure` sets for a whole process; afterwards all as before."""
    keep_freed_memory()
    before = torch.get_num_threads()
    torch.set_num_threads(min(threads, available_cores()))
    products = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = False
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
            yield
    finally:
        torch.set_num_threads(before)
        torch.backends.cuda.matmul.allow_tf32 = products


def configure(threads: int) -> int:
    """Use `threads` CPU threads, as far as there are cores, and only arithmetic that gives the same bytes every time.

    Returns how many threads there are. More threads than cores would be many times slower: those that wait spin on
    the cores that the others need.
    """
    global _configured
    _configured = True
    keep_freed_memory()
    threads = min(threads, available_cores())
    torch.set_num_threads(threads)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    return threads


def generator(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A torch generator on `device`, seeded for one purpose of a run."""
    return torch.Generator(device).manual_seed(seed_for(seed, purpose))


def peak_memory_mb(device: torch.device) -> float:
    """The peak memory of this process so far, in MB (10⁶ bytes): the GPU's on CUDA, else resident memory."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    with suppress(OSError, StopIteration):  # what getrusage tells on Linux may be of the process that started this one
        status = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
