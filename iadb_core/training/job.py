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
from torch import Tensor

from iadb_core.data.density import kept_of
from iadb_core.data.mixed import Mixed
from iadb_core.data.pairs import Pairs
from iadb_core.method.batches import Block
from iadb_core.method.objective import Objective
from iadb_core.networks import checkpoint
from iadb_core.networks.beginning import begin_with
from iadb_core.networks.building import build, parameter_count, weights_hash
from iadb_core.networks.network import Network
from iadb_core.system.arrays import load_array
from iadb_core.system.errors import InputError
from iadb_core.system.files import also_called, write_csv, write_json
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
from iadb_core.training.choosing import LeastLoss
from iadb_core.training.events import events_beside
from iadb_core.training.loop import State, train, training_length
from iadb_core.training.processes import ALONE, LostError, Processes, among_others, end_with_parent
from iadb_core.training.recipe import Recipe
from iadb_core.training.records import Record, final_loss, record_steps
from iadb_core.training.resume import Keeper, ResumeFile, from_shorter
from iadb_core.training.settings import Training
from iadb_core.training.trained_on import objective_for, pairs_for, validation_blocks

SIDES = ("source", "target")
PARTS = ("source", "target", "labels")
INPUTS = (*PARTS, *(f"{kind}_{part}" for kind in ("real", "validation") for part in PARTS))
DIVERGED = 2  # times as large a loss as at the beginning


class TrainingJob(NamedTuple):
    """What a training is of.

    Files: inputs by name, `INPUTS`: the samples of source and target, None for what is drawn anew, or pairs of network
    values; the target's labels if the network is told them; and the same of real samples that are mixed into pairs, and
    of validation samples by which the best weights are found. code, that trains. log, model, history and summary are
    written. settings: canonical, of the `Recipe`. shape: of a sample. threads: of each machine. files: by side, of
    which the model keeps what it is drawn from. begin: a model to begin from, if not from random weights. teacher: a
    model that is distilled, if one is. sharing: how many such jobs share its GPU, or its memory. objective: what the
    model is then of: deblending, by whatever objective its settings name, or a regression. tensorboard: whether event
    files are written.
    """

    title: str
    log: str
    inputs: dict[str, str | None]
    code: list[str]
    model: str
    history: str
    summary: str
    settings: dict[str, Any]
    seed: int
    shape: list[int]
    threads: int
    files: dict[str, list[str]]
    begin: str | None = None
    teacher: str | None = None
    sharing: int = 1
    objective: str = checkpoint.DEBLENDING
    tensorboard: bool = False


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


class _Prepared(NamedTuple):
    """What a process trains, and how. origin: where the result comes from, for the summary."""

    recipe: Recipe
    network: Network
    device: torch.device
    precision: torch.dtype
    objective: Objective
    pairs: Pairs | Mixed
    validation: list[Block]
    steps: int
    epoch: int | None
    threads: int
    kept: dict[str, Tensor]
    origin: dict[str, str]


def _prepared(what: TrainingJob, processes: Processes) -> _Prepared:
    """Build the network and find the samples."""
    recipe, shape = Recipe.of(what.settings), tuple(what.shape)
    threads = configure(max(1, what.threads // processes.here))
    device = choose_device(processes.device(recipe.device))
    network = build(recipe.network, shape, generator(what.seed, "weights"), recipe.conditions(shape))
    begun_from = {"begun_from": _begin(network, what.begin, recipe, shape)} if what.begin else {}
    network.to(device)
    precision = choose_precision(recipe.precision, device, network.convolutional)
    source, target = (load_array(path) if (path := what.inputs[side]) else None for side in SIDES)
    counted = next((samples for samples in (target, source) if samples is not None), ())
    steps, epoch = training_length(recipe.training, len(counted))
    sharing = what.sharing * (1 if device.type == "cuda" else processes.here)  # each process has a GPU of its own
    objective = objective_for(recipe, what.objective, what.teacher, device, precision)
    times = 2 if objective.jumps else 1
    pairs = pairs_for(recipe, what.inputs, (source, target), shape, what.seed, device, sharing, times)
    validation = validation_blocks(recipe, what.inputs, shape, what.seed, device)
    origin = {
        "device": device.type,
        "precision": precision_name(precision),
        "training_data": files_digest(path for path in what.inputs.values() if path),
        "training_versions": versions(),
        "training_code": files_digest(what.code),
        **begun_from,
    }
    kept = kept_of(*(getattr(recipe, side).located(what.files[side]) for side in SIDES))
    return _Prepared(
        recipe, network, device, precision, objective, pairs, validation, steps, epoch, threads, kept, origin
    )


def _begin(network: Network, path: str, recipe: Recipe, shape: tuple[int, ...]) -> str:
    """Give a network the weights of a model; whose they are, and their digest. Raises InputError if it is another."""
    other, told = checkpoint.load(path)
    own = recipe.conditions(shape)
    if told["network"] not in [checkpoint.described(recipe.network, shape, seen) for seen in (own, own.of_a_field)]:
        raise InputError(f"{path} is of another network, or of samples of another shape: training.from needs the same")
    begin_with(network, other.state_dict())
    digest = weights_hash(other)
    log.info("begins from %s, weights %s", path, digest)
    return f"{recipe.training.begin_from}, seed {told['seed']}, {told['steps']} steps, weights {digest}"


def _train(what: TrainingJob, processes: Processes) -> None:
    prepared = _prepared(what, processes)
    settings, steps = prepared.recipe.training, prepared.steps
    resume, finished = _resume_file(what, prepared, processes), _finished_file(what, prepared, processes)
    state = _same_state(resume, finished, steps, settings, processes)
    blocks = prepared.pairs.blocks(state.blocks if state else 0, processes.rows(settings.batch_size))
    records = list(state.records) if state else []
    among = f"{processes.size} × " if processes.size > 1 else ""
    log.info("%s steps on %s%s in %s", f"{steps:,}", among, prepared.device, prepared.origin["precision"])
    if state:
        log.info("goes on after step %s", f"{state.steps:,}")
    how = prepared.network, blocks, steps, settings, prepared.precision
    record_at, ahead = record_steps(settings.record_every, prepared.epoch), int(prepared.device.type == "cuda")
    learnt: dict[str, Any] = {"objective": prepared.objective, "validation": prepared.validation, "ahead": ahead}
    if processes.rank:
        for _ in train(*how, record_at, state, processes=processes, **learnt):
            pass
        return
    done = records[-1].step if records else 0
    with (
        Progress(steps, "steps", done) as progress,
        events_beside(what.history, what.tensorboard, done) as events,
        Interruptions(again=processes.size > 1) as interruptions,
    ):
        keeper = Keeper(resume, interruptions, finished)
        for record in train(*how, record_at, state, keeper, processes, **learnt):
            records.append(record)
            events(record)
            progress.update(record.step - progress.done, f"loss {record.loss:.4f}")
    log.info("loss %.4g after %.0f s", final_loss(records), records[-1].seconds)
    if final_loss(records) > DIVERGED * records[0].loss:
        log.warning("the loss has grown from %.4g: lower training.learning_rate", records[0].loss)
    _write(what, prepared, records, processes, resume, keeper.least)


def _subject(what: TrainingJob, settings: dict[str, Any]) -> list[Any]:
    """What a training is of, as its state is told from others'."""
    other = [] if what.objective == checkpoint.DEBLENDING else [what.objective]
    return [settings, what.shape, what.seed, *other]


def _resume_file(what: TrainingJob, prepared: _Prepared, processes: Processes) -> ResumeFile:
    """Where the state is kept: named by what it is of, so that a change of the configuration that is taken back finds
    it again.
    """
    computed_by = {"training_versions": versions(TRAINING_PACKAGES)}
    fingerprint = settings_digest([*_subject(what, what.settings), prepared.origin | computed_by])
    path = Path(what.model).with_suffix(f".{fingerprint}.resume")
    return ResumeFile(path, fingerprint, hardware(prepared.device, processes.size))


def _finished_file(what: TrainingJob, prepared: _Prepared, processes: Processes) -> ResumeFile:
    """Where the state is kept of a training that is done, for one of more steps of the same."""
    training = {key: value for key, value in what.settings["training"].items() if key not in ("steps", "epochs")}
    told = [*_subject(what, what.settings | {"training": training}), prepared.origin, versions(TRAINING_PACKAGES)]
    path = Path(what.model).with_suffix(".finished")
    return ResumeFile(path, settings_digest(told), hardware(prepared.device, processes.size))


def _write(
    what: TrainingJob,
    prepared: _Prepared,
    records: list[Record],
    processes: Processes,
    resume: ResumeFile,
    least: LeastLoss | None,
) -> None:
    """The model, its history and its summary."""
    recipe, network, shape = prepared.recipe, prepared.network, tuple(what.shape)
    told = what.settings, what.seed, prepared.steps, prepared.kept
    conditions = recipe.conditions(shape)
    checkpoint.save(what.model, network, recipe.network, shape, *told, conditions, what.objective)
    also_called(what.model, Path(what.model).with_suffix(".last.pt"))
    write_csv(what.history, Record._fields, records)
    ema = recipe.training.ema
    summary = {
        "network": recipe.network.name,
        "parameters": parameter_count(network),
        "training_steps": prepared.steps,
        "final_loss": final_loss(records),
        "training_seconds": records[-1].seconds,
        "device": str(prepared.device),
        "processes": processes.size,
        "threads": prepared.threads,
        "hardware": "; then ".join(resume.computed_on),
        "peak_memory_mb": peak_memory_mb(prepared.device),
        "weights": f"moving average, decay {ema}" if ema else "of the last step",
        "weights_hash": weights_hash(network),
    }
    if least:
        summary |= {"weights": f"of the least validation loss, step {least.step}", "validation_loss": least.loss}
        log.info("least validation loss %.4g, after step %s", least.loss, f"{least.step:,}")
    write_json(what.summary, prepared.origin | summary)


def _same_state(
    resume: ResumeFile, finished: ResumeFile, length: int, settings: Training, processes: Processes
) -> State | None:
    """The state to go on from, which all processes have read once the first one trains the model alone."""
    processes.wait()
    state = resume.load() or from_shorter(finished, length, settings.decay)
    steps = torch.tensor([state.steps if state else 0])
    found = steps.clone()
    processes.sum_(found)
    if found != processes.size * steps:
        raise InputError(f"not all processes can read {resume.path}: they need a shared file system")
    return state


def main() -> None:
    """One of several processes."""
    what = TrainingJob(**json.loads(sys.argv[1]))
    with among_others() as processes:
        end_with_parent(
            patience=30 if processes.rank else 0
        )  # the first saves the state, for which it needs the others
        run_among(what, processes)


if __name__ == "__main__":
    main()
