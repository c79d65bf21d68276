"""Push starts from the source to the target, and keep every step."""

from iadb_core.data.degrading import Degrading
from iadb_core.data.registry import density_of
from iadb_core.sampling.conditions import class_numbers, in_turn, measured_condition, repeated, sampler_of
from iadb_core.sampling.model import load_model
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.starts import starts
from iadb_core.sampling.told import shown_degraded
from iadb_core.sampling.trajectory import save_trajectory
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import job
from iadb_core.system.runtime import configure
from iadb_core.system.seeds import numpy_generator

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} trajectory"):
    configure(snakemake.threads)
    settings, inputs = snakemake.params.settings, snakemake.input
    how = settings["device"], settings["precision"]
    model, sampling = load_model(inputs.model, *how, weaker=inputs.weaker or None), settings["sampling"]
    samples = load_array(inputs.source) if inputs.source else None
    generator = numpy_generator(snakemake.params.seed, "trajectory starts")
    begin = starts(density_of(settings["source"]), model.shape, samples, sampling["count"], generator)
    own, condition = Sampling.of(sampling), None
    if inputs.asked_of:
        asked_of, target = load_array(inputs.asked_of), density_of(settings["target"])
    if model.degradation:
        lost, _ = shown_degraded(model.degradation, target, asked_of, settings["groups"], snakemake.params.seed)
        condition = repeated(Degrading.of(model.degradation, target).seen(lost), len(begin))
    elif model.columns:
        condition = measured_condition(model, target, asked_of, len(begin), snakemake.params.seed)
    elif model.classes:
        condition = in_turn(class_numbers(model, own.classes), len(begin))
    sampler = sampler_of(model, own, condition)
    save_trajectory(snakemake.output.trajectory, sampler, begin)
