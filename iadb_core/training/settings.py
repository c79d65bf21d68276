"""The settings of a training."""

from typing import Literal, Self

from pydantic import ValidationInfo, field_validator, model_validator

from iadb_core.system.settings import WORK, Section, setting
from iadb_core.training.couplings import INDEPENDENT, Couplings
from iadb_core.training.objectives import DEBLENDING, Objectives


class Validation(Section):
    """The model is that of the least loss on validation samples, not that of the last step."""

    every: int = setting(200, "Steps, at least, between two looks at it.", ge=1, le=1_000_000)
    blends: int = setting(
        4096, "Blends of validation samples that the loss is taken on, the same every time.", ge=2, le=10_000_000
    )


class Training(Section):
    """Optimiser steps on the deblending loss."""

    steps: int | None = setting(None, "Optimiser steps; this or epochs.", ge=1, le=1_000_000_000)
    epochs: int | None = setting(None, "Passes over the target's data; this or steps.", ge=1, le=1_000_000)
    batch_size: int = setting(256, "Pairs of samples in a step.", ge=1, le=1_048_576)
    order: Literal["with_replacement", "shuffled"] = setting(
        "with_replacement",
        "How batches are drawn, independently or epoch by epoch (the last incomplete batch dropped).",
    )
    optimizer: Literal["adam", "muon"] = setting(
        "adam", "adam, or muon, which makes the update of each hidden matrix of weights orthogonal."
    )
    weight_decay: float = setting(
        0.0, "How fast weights decay beside the gradient's steps (AdamW); adam alone.", neutral=True, ge=0, le=100
    )
    learning_rate: float = setting(0.001, "Of the optimiser, at its peak.", gt=0, le=10)
    decay: Literal["constant", "cosine"] = setting(
        "constant", "Of the learning rate: constant, or along half a cosine to zero."
    )
    warmup: int = setting(0, "Steps in which the learning rate rises to its peak.", ge=0, le=1_000_000_000)
    ema: float = setting(
        0.0,
        "Decay of the moving average of the weights, which is then what the model holds; 0 for none.",
        ge=0,
        le=0.999999,
    )
    begin_from: str | None = setting(
        None,
        "An experiment with the same network, from whose model of the same seed (or of its first) the training begins, "
        "not from random weights. An objective with jumps may begin from a field.",
        alias="from",
        min_length=1,
    )
    alpha: Literal["uniform", "logit_normal", "arcsine"] = setting(
        "uniform", "How α is drawn: uniform; logit_normal, seldom near 0 and 1; arcsine, often near 0 and 1."
    )
    noise: float = setting(
        0.0,
        "Standard deviation of Gaussian noise that each blend gets, in network values.",
        neutral=True,
        ge=0,
        le=1000,
    )
    coupling: Couplings = setting(INDEPENDENT, str(Couplings.__doc__), neutral=True)
    objective: Objectives = setting(DEBLENDING, str(Objectives.__doc__), neutral=True)
    validation: Validation | None = setting(None, str(Validation.__doc__))
    nodes: int = setting(
        1, "Machines of a Slurm cluster over which the devices are spread, equally.", changes=WORK, ge=1, le=1024
    )
    devices: int = setting(
        1,
        "GPUs, or processes on a CPU, that share out each batch; they change the time, not the result beyond rounding.",
        changes=WORK,
        ge=1,
        le=4096,
        validate_default=True,
    )
    record_every: int = setting(50, "Steps between rows of training.csv and reports of progress.", ge=1, le=1_000_000)
    tensorboard: bool = setting(
        False,
        "Also write event files, to `events` beside training.csv: `tensorboard --logdir results` shows trainings while "
        "they run. Needs the package tensorboard.",
        changes=WORK,
    )

    @field_validator("devices")
    @classmethod
    def _share_the_work(cls, devices: int, info: ValidationInfo) -> int:
        nodes, batch_size = info.data.get("nodes", 1), info.data.get("batch_size", devices)
        if devices % nodes:
            raise ValueError(f"{devices} cannot be spread equally over {nodes} nodes")
        if devices > batch_size:
            raise ValueError(f"{devices} cannot share out a batch of {batch_size}")
        return devices

    @field_validator("coupling")
    @classmethod
    def _whole_batches(cls, coupling: Couplings, info: ValidationInfo) -> Couplings:
        at_once, batch_size = coupling.at_once, info.data.get("batch_size", 1)
        if at_once and at_once % batch_size:
            near = at_once // batch_size * batch_size
            proper = " or ".join(str(count) for count in (near, near + batch_size) if count)
            raise ValueError(
                f"optimal_transport.batch: {at_once} is no multiple of batch_size, {batch_size}; give {proper}"
            )
        return coupling

    @field_validator("validation")
    @classmethod
    def _of_samples(cls, validation: Validation | None, info: ValidationInfo) -> Validation | None:
        objective, coupling = info.data.get("objective"), info.data.get("coupling")
        if validation and objective and objective.flow_map:
            raise ValueError("a flow map learns from itself, so that no loss says how good it is")
        if validation and coupling and coupling.model_pairs:
            raise ValueError("pairs that a model made have no validation samples")
        return validation

    @field_validator("weight_decay")
    @classmethod
    def _of_adam(cls, weight_decay: float, info: ValidationInfo) -> float:
        if weight_decay and info.data.get("optimizer") == "muon":
            raise ValueError("muon takes none; use optimizer: adam")
        return weight_decay

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("give either steps or epochs")
        return self
