"""What the machine is and can do: described, and measured beside the benchmarks."""

import os
import platform
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from iadb_core.system.hardware import processor
from iadb_core.system.runtime import available_cores, fast_bfloat16


def best_seconds(work: Callable[[], object], device: torch.device, seconds: float) -> float:
    """The time of the fastest call among those that fit into so many seconds, after three that do not count."""
    for _ in range(3):
        work()
    best, until = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < until:
        synchronise(device)
        began = time.perf_counter()
        work()
        synchronise(device)
        best = min(best, time.perf_counter() - began)
    return best


def synchronise(device: torch.device) -> None:
    """Wait for what the device was told to do."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def matrix_products(device: torch.device, seconds: float = 1.0) -> dict[str, float]:
    """FLOP/s of a product of two square matrices, on all threads, and in float32 on a CPU on one.

    In float32, and in bfloat16 where the device has instructions for it.
    """
    size = 8192 if device.type == "cuda" else 1024

    def rate(dtype: torch.dtype) -> float:
        a = torch.randn(size, size, device=device).to(dtype)
        return 2 * size**3 / best_seconds(partial(torch.mm, a, a, out=torch.empty_like(a)), device, seconds)

    rates = {"float32": rate(torch.float32)}
    if fast_bfloat16(device):
        rates["bfloat16"] = rate(torch.bfloat16)
    if device.type == "cpu":
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        rates["float32 on one thread"] = rate(torch.float32)
        torch.set_num_threads(threads)
    return rates


def bandwidth(device: torch.device, seconds: float = 1.0) -> float:
    """Bytes a second read and written by a copy that does not fit into a cache."""
    a, b = torch.zeros(2, 2**26, device=device)
    return 2 * a.nbytes / best_seconds(lambda: b.copy_(a), device, seconds)


def described(device: torch.device) -> dict[str, Any]:
    """The machine and the software, for the head of a table."""
    return {
        "processor": processor(),
        "cores": available_cores(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "bfloat16_instructions": fast_bfloat16(device),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "date": time.strftime("%Y-%m-%d"),
    }
