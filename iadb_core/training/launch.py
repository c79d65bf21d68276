"""Starting the processes that train one network together, by torchrun: on this machine, or on several by srun."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from iadb_core.system.interruptions import HELD


def torchrun(devices: int, module: str, arguments: Sequence[str]) -> int:
    """Run `python -m module arguments` in as many processes as devices on this machine; returns the exit status.

    It is that of the first that failed. What interrupts this process interrupts them.
    """
    os.environ.setdefault("LOGLEVEL", "CRITICAL")  # that processes end when they are told to is no news
    if sys.platform == "linux":  # all are on this machine, whose own name need not be known to it
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import main

    try:
        here = ["--standalone", "--local-addr=127.0.0.1", f"--nproc-per-node={devices}"]
        main([*here, "-m", module, *arguments])
    except ChildFailedError as error:
        return _status(error.get_first_failure()[1].exitcode)
    except SignalException as error:
        return 128 + error.sigval
    return 0


def in_slurm() -> bool:
    """Whether this process is part of a Slurm job, whose nodes srun can start tasks on."""
    return "SLURM_JOB_ID" in os.environ


def srun(nodes: int, tasks: int, devices: int, threads: int, module: str, arguments: Sequence[str]) -> int:
    """The same on the nodes of this Slurm job: torchrun in each of the tasks, with its share of the devices."""
    with socket.socket() as free:
        free.bind(("", 0))
        endpoint = f"{socket.gethostname()}:{free.getsockname()[1]}"
    command = [
        *("srun", f"--nodes={nodes}", f"--ntasks={tasks}", f"--cpus-per-task={threads}", "--gpu-bind=none"),
        *(sys.executable, "-m", "torch.distributed.run", f"--nnodes={tasks}", f"--nproc-per-node={devices // tasks}"),
        *("--rdzv-backend=c10d", f"--rdzv-endpoint={endpoint}", f"--rdzv-id={secrets.token_hex(4)}"),
        *("-m", module, *arguments),
    ]
    for number in HELD:
        signal.signal(number, _tell_the_tasks)
    return _status(subprocess.Popen(command, start_new_session=True).wait())


def _tell_the_tasks(number: int, frame: FrameType | None) -> None:
    """Ask the tasks of this Slurm job to end. Told to end itself, srun would kill them before they have saved."""
    subprocess.Popen(["scancel", "--signal=TERM", os.environ["SLURM_JOB_ID"]])


def _status(code: int) -> int:
    """The status of a shell for that of a process, which a signal may have ended."""
    return code if code >= 0 else 128 - code
