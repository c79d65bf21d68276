"""Push starts from the source to the target, and keep every step."""

from iadb_core.sampling.sampler import Sampler, starts
from iadb_core.system.files import array_on_disk, load_array
from iadb_core.system.progress import Progress, job
from iadb_core.system.runtime import configure
from iadb_core.system.seeds import numpy_generator

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} trajectory"):
    configure(snakemake.threads)
    settings, count = snakemake.params.settings, snakemake.params.settings["sampling"]["count"]
    sampler = Sampler(snakemake.input.model, settings)
    samples = load_array(snakemake.input.source) if snakemake.input.source else None
    generator = numpy_generator(snakemake.params.seed, "trajectory starts")
    begin = starts(settings["source"], sampler.shape, samples, count, generator)
    states = (len(sampler.alphas), *begin.shape)
    with (
        array_on_disk(snakemake.output.trajectory, states, "float32") as trajectory,
        Progress(states[0] * count, "states") as progress,
    ):
        for which, index, x in sampler.states(begin):
            trajectory[index, which] = x
            progress.update(len(x))
