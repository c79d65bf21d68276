"""A way of a contest in a process of its own."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE

import torch

from benchmarks.contests import Contest, rate
from benchmarks.machine import synchronise
from iadb_core.system.runtime import available_cores, configure

ROOT = Path(__file__).resolve().parent.parent


class Served:
    """A way of a contest in a process of its own, which waits between its runs.

    What a way sets for its whole process, such as threads and the allocator, then changes no other.
    """

    def __init__(self, contest: str, way: str, arguments: Sequence[str]) -> None:
        command = [sys.executable, "-m", "benchmarks.run", *arguments, "--serve", contest, way]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True)

    def __call__(self, seconds: float, units: float) -> float:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{seconds} {units}\n")
        self.process.stdin.flush()
        told = self.process.stdout.readline()
        if not told:
            raise RuntimeError("a way of the benchmark has ended; its message is above")
        return float(told)

    def end(self) -> None:
        """Let the process end."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def serve(contest: Contest, way: str, device: torch.device) -> None:
    """Run one way of a contest for each line of input, the least seconds and units of the run; tell units a second."""
    out, sys.stdout = sys.stdout, sys.stderr
    if way.startswith("ours"):
        configure(available_cores())
    work = contest.ways[way]()

    def ended() -> float:
        units = work()
        synchronise(device)
        return units

    for line in sys.stdin:
        print(rate(ended, *map(float, line.split())), file=out, flush=True)
