"""Generate a shard of the samples that are compared with held-out ones."""

import time

from iadb_core.sampling.sampler import Sampler, measured_starts
from iadb_core.system.files import save_array, write_json
from iadb_core.system.hardware import hardware
from iadb_core.system.progress import Progress, job
from iadb_core.system.provenance import files_digest, versions
from iadb_core.system.runtime import configure, precision_name

title = f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} generation"
number, of = map(int, snakemake.wildcards.scatteritem.split("-of-"))

with job(snakemake.log[0], title if of == 1 else f"{title} {number} of {of}"):
    configure(snakemake.threads)
    settings, seed, inputs = snakemake.params.settings, snakemake.params.seed, snakemake.input
    sampler = Sampler(inputs.model, settings)
    density, held_out = settings["source"], (inputs.source or None, inputs.target)
    shard = (number, of), sampler.batch_size
    begin = measured_starts(density, sampler.shape, *held_out, settings["count"], seed, *shard)
    began = time.monotonic()
    with Progress(len(sampler.alphas) * len(begin), "states") as progress:
        generated = sampler.ends(begin, on_state=progress.update)
    seconds = time.monotonic() - began
    save_array(snakemake.output.generated, generated.numpy())
    summary = {
        "samples": len(begin),
        "evaluations": sampler.field.samples,
        "seconds": seconds,
        "solver": settings["sampling"]["solver"],
        "schedule": settings["sampling"]["schedule"],
        "steps": settings["sampling"]["steps"],
        "sampling_precision": precision_name(sampler.precision),
        "sampling_device": str(sampler.device),
        "sampling_hardware": hardware(sampler.device),
        "held_out_data": files_digest(path for path in (inputs.source, inputs.target) if path),
        "sampling_versions": versions(),
        "sampling_code": files_digest([*inputs.code, __file__]),
    }
    write_json(snakemake.output.summary, summary)
