"""A training as a job: from its files to its files, after an interruption from where it was.

python -m iadb_core.training.job JOB    one of several processes, started by torchrun; JOB: JSON
"""

import json
import logging
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NamedTuple

import torch

from iadb_core.data.streams import independent_blocks
from iadb_core.networks import checkpoint
from iadb_core.networks import registry as networks
from iadb_core.system.errors import InputError
from iadb_core.system.files import load_array, write_csv, write_json
from iadb_core.system.hardware import hardware
from iadb_core.system.interruptions import HELD, Interruptions
from iadb_core.system.locks import alone
from iadb_core.system.progress import Progress, job, log
from iadb_core.system.provenance import TRAINING_PACKAGES, files_digest, settings_digest, versions
from iadb_core.system.runtime import (
    choose_device,
    choose_precision,
    configure,
    generator,
    peak_memory_mb,
    precision_name,
)
from iadb_core.training import launch
from iadb_core.training.loop import State, train, training_length
from iadb_core.training.processes import ALONE, LostError, Processes, end_with_parent, joined
from iadb_core.training.records import Record, final_loss, record_steps
from iadb_core.training.resume import Keeper, ResumeFile


class TrainingJob(NamedTuple):
    """What a training is of. Files: source and target, None for a Gaussian; code, that trains; log, model, history
    and summary are written. settings: of the experiment. shape: of a sample. threads: of each machine. sharing: how
    many such jobs share its GPU, or its memory.
    """

    title: str
    log: str
    source: str | None
    target: str | None
    code: list[str]
    model: str
    history: str
    summary: str
    settings: dict[str, Any]
    seed: int
    shape: list[int]
    threads: int
    sharing: int = 1


def run(what: TrainingJob, devices: int = 1, nodes: int = 1, tasks: int = 1) -> None:
    """Do the job: in this process, or in one for each device; in several tasks of a Slurm job, on so many nodes.

    Exits with the status of a process that failed.
    """
    if devices == 1:
        with job(what.log, what.title):
            _alone(what, ALONE)
        return
    module, arguments = "iadb_core.training.job", [json.dumps(what._asdict())]
    if tasks == 1 or not launch.in_slurm():
        status = launch.torchrun(devices, module, arguments)
    else:
        status = launch.srun(nodes, tasks, devices, what.threads, module, arguments)
    if status:
        sys.exit(status)


def run_among(what: TrainingJob, processes: Processes) -> None:
    """Do the job as one of several processes: the first writes, logs and heeds interruptions for all."""
    if processes.rank == 0:
        with job(what.log, what.title):
            _alone(what, processes)
        return
    for number in HELD:
        signal.signal(number, signal.SIG_IGN)
    log.setLevel(logging.CRITICAL)
    try:
        _train(what, processes)
    except LostError:
        sys.exit(1)
    except Exception as error:
        said = str(error) if isinstance(error, InputError) else traceback.format_exc()
        told = f"process {processes.rank + 1} of {processes.size}: {said}"
        with open(what.log, "a", encoding="utf-8") as file:
            file.write(f"{told}\n")
        sys.exit(f"{what.title}, {told}")


def _alone(what: TrainingJob, processes: Processes) -> None:
    """Train as soon as no other job does that writes the same model."""

    def waiting(other: str) -> None:
        log.warning("%s writes %s as well: waiting for its end", other, what.model)

    with alone(Path(what.model).with_suffix(".lock"), waiting):
        _train(what, processes)


def _train(what: TrainingJob, processes: Processes) -> None:
    settings, seed, training = what.settings, what.seed, what.settings["training"]
    shape, model = tuple(what.shape), Path(what.model)
    name, sizes = settings["network"]["name"], {k: v for k, v in settings["network"].items() if k != "name"}
    configured = configure(max(1, what.threads // processes.here))
    device = choose_device(processes.device(settings["device"]))
    network = networks.build(name, shape, sizes, generator(seed, "weights")).to(device)
    precision = choose_precision(settings["precision"], device, network.convolutional)

    source, target = (load_array(path) if path else None for path in (what.source, what.target))
    counted = next((samples for samples in (target, source) if samples is not None), ())
    steps, epoch = training_length(training, len(counted))
    origin = {
        "device": device.type,
        "precision": precision_name(precision),
        "training_data": files_digest(path for path in (what.source, what.target) if path),
        "training_versions": versions(),
        "training_code": files_digest(what.code),
    }
    computed_by = {"training_versions": versions(TRAINING_PACKAGES)}
    fingerprint = settings_digest([settings, shape, seed, origin | computed_by])
    # Named by what it is of, so that a change of the configuration that is taken back finds it again.
    resume = ResumeFile(model.with_suffix(f".{fingerprint}.resume"), fingerprint, hardware(device, processes.size))
    state = _same_state(resume, processes)
    densities = settings["source"], settings["target"]
    batches = training["batch_size"], training["order"], seed, device, training["alpha"]
    first, rows = state.blocks if state else 0, processes.rows(training["batch_size"])
    sharing = what.sharing * (1 if device.type == "cuda" else processes.here)  # each process has a GPU of its own
    blocks = independent_blocks(densities, (source, target), shape, *batches, first=first, rows=rows, sharing=sharing)

    records = list(state.records) if state else []
    done = records[-1].step if records else 0
    among = f"{processes.size} × " if processes.size > 1 else ""
    log.info("%s steps on %s%s in %s", f"{steps:,}", among, device, precision_name(precision))
    if state:
        log.info("goes on after step %s", f"{state.steps:,}")
    record_at = record_steps(training["record_every"], epoch)
    if processes.rank:
        for _ in train(network, blocks, steps, training, precision, record_at, state, processes=processes):
            pass
        return
    with Progress(steps, "steps", done) as progress, Interruptions(again=processes.size > 1) as interruptions:
        keeper = Keeper(resume, interruptions)
        for record in train(network, blocks, steps, training, precision, record_at, state, keeper, processes):
            records.append(record)
            progress.update(record.step - progress.done, f"loss {record.loss:.4f}")
    log.info("loss %.4f after %.0f s", final_loss(records), records[-1].seconds)

    description = {"name": name, "shape": list(shape), "settings": sizes}
    checkpoint.save(model, network, description=description, settings=settings, seed=seed, steps=steps)
    write_csv(what.history, Record._fields, records)
    summary = {
        "network": name,
        "parameters": networks.parameter_count(network),
        "training_steps": steps,
        "final_loss": final_loss(records),
        "training_seconds": records[-1].seconds,
        "device": str(device),
        "processes": processes.size,
        "threads": configured,
        "hardware": "; then ".join(resume.computed_on),
        "peak_memory_mb": peak_memory_mb(device),
        "weights": f"moving average, decay {training['ema']}" if training["ema"] else "of the last step",
        "weights_hash": networks.weights_hash(network),
    }
    write_json(what.summary, origin | summary)


def _same_state(resume: ResumeFile, processes: Processes) -> State | None:
    """The state to go on from, which all processes have read once the first one trains the model alone."""
    processes.wait()
    state = resume.load()
    steps = torch.tensor([float(state.steps if state else 0)])
    found = steps.clone()
    processes.sum_(found)
    if found != processes.size * steps:
        raise InputError(f"not all processes can read {resume.path}: they need a shared file system")
    return state


def main() -> None:
    """One of several processes."""
    what = TrainingJob(**json.loads(sys.argv[1]))
    with joined() as processes:
        end_with_parent(
            patience=30 if processes.rank else 0
        )  # the first saves the state, for which it needs the others
        run_among(what, processes)


if __name__ == "__main__":
    main()
