"""Generate the samples that are compared with held-out ones."""

import time

from iadb_core.files import array_on_disk, load_array, write_json
from iadb_core.progress import Progress, job
from iadb_core.runtime import configure, precision_name
from iadb_core.sampling import Sampler, starts
from iadb_core.seeds import numpy_generator

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} generation"):
    configure(snakemake.threads)
    settings = snakemake.params.settings
    sampler = Sampler(snakemake.input.model, settings)
    samples = load_array(snakemake.input.source) if snakemake.input.source else None
    held_out = [len(samples)] if samples is not None else []
    count = min(settings["count"], len(load_array(snakemake.input.target)), *held_out)
    generator = numpy_generator(int(snakemake.wildcards.seed), "generation starts")
    begin = starts(settings["source"], sampler.shape, samples, count, generator, distinct=True)
    began = time.monotonic()
    with (
        array_on_disk(snakemake.output.generated, tuple(begin.shape), "float32") as generated,
        Progress(len(sampler.alphas) * count, "states") as progress,
    ):
        for which, index, x in sampler.states(begin):
            if index == len(sampler.alphas) - 1:
                generated[which] = x
            progress.update(len(x))
    seconds = time.monotonic() - began
    summary = {
        "samples": count,
        "solver": settings["sampling"]["solver"],
        "schedule": settings["sampling"]["schedule"],
        "nfe": sampler.field.samples / count,
        "samples_per_second": count / seconds,
        "sampling_precision": precision_name(sampler.precision),
    }
    write_json(snakemake.output.summary, summary)
