"""How much memory this process may use: the machine's, or what its control groups or Slurm grant."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

OWN_GROUPS, CONTROL_GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
GRANTED_BY_SLURM = {  # MiB of which Slurm grants so many: by sbatch's --mem, --mem-per-cpu, --mem-per-gpu
    "SLURM_MEM_PER_NODE": None,
    "SLURM_MEM_PER_CPU": "SLURM_CPUS_ON_NODE",
    "SLURM_MEM_PER_GPU": "SLURM_GPUS_ON_NODE",
}


def memory_limit() -> int:
    """The least of all that limits it, in bytes."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([whole, *_of_slurm(os.environ), *_of_control_groups()])


def _of_slurm(environment: Mapping[str, str]) -> Iterator[int]:
    """What Slurm grants this job on this machine. Zero is no limit there."""
    for name, per in GRANTED_BY_SLURM.items():
        each, count = environment.get(name, ""), environment.get(per, "") if per else "1"
        if each.isdigit() and count.isdigit() and int(each) * int(count):
            yield int(each) * int(count) * 2**20


def _of_control_groups() -> Iterator[int]:
    """The limits of this process's group and of those that it is in, of version 2 and of version 1."""
    with suppress(OSError):
        for line in OWN_GROUPS.read_text(encoding="utf-8").splitlines():
            _, controllers, own = line.split(":", 2)
            if controllers in ("", "memory"):
                root = CONTROL_GROUPS / controllers
                name = "memory.limit_in_bytes" if controllers else "memory.max"
                group = root / own.lstrip("/")
                yield from _limits(folder / name for folder in (group, *group.parents) if folder.is_relative_to(root))


def _limits(files: Iterator[Path]) -> Iterator[int]:
    for path in files:
        with suppress(OSError, ValueError):  # no such file, or `max`: no limit
            yield int(path.read_text(encoding="utf-8"))
