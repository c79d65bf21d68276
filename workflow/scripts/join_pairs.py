"""Join the shards of the pairs that a model made, and keep those that it carries back best."""

import numpy as np

from iadb_core.sampling.pairing import kept
from iadb_core.system.arrays import array_on_disk, load_arrays
from iadb_core.system.errors import InputError
from iadb_core.system.files import write_json
from iadb_core.system.progress import job, log

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} pairs"):
    inputs, outputs = snakemake.input.shards, snakemake.output
    errors, seconds = zip(*((own["errors"], own["seconds"].item()) for own in map(load_arrays, inputs)), strict=True)
    begins, rows = np.cumsum([0, *map(len, errors)]), kept(np.concatenate(errors), snakemake.params.keep)
    if len(rows) < 2:
        raise InputError(f"training.coupling.pairs: {len(rows)} of {begins[-1]:,} pairs are left; give a larger count")
    log.info("%s of %s pairs", f"{len(rows):,}", f"{begins[-1]:,}")
    for name in ("x0", "x1", "labels"):
        first = load_arrays(inputs[0])[name]
        with array_on_disk(outputs[name], (len(rows), *first.shape[1:]), first.dtype) as stored:
            filled = 0
            for begin, path in zip(begins, inputs, strict=False):
                part = load_arrays(path)[name]
                own = rows[(rows >= begin) & (rows < begin + len(part))] - begin
                stored[filled : filled + len(own)] = part[own]
                filled += len(own)
    write_json(outputs.summary, {"pairs": len(rows), "of": int(begins[-1]), "making_seconds": sum(seconds)})
