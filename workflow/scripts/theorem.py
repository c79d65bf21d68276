"""Show the paper's theorem: with more steps, (de)blending by chance comes to the deterministic map."""

import numpy as np

from iadb_core.data.registry import source_and_target
from iadb_core.evaluation.settings import Theorem
from iadb_core.evaluation.theorem import Convergence, shown_paths, theorem
from iadb_core.method.exact import exact_field
from iadb_core.method.stochastic import posterior
from iadb_core.sampling.starts import measured_starts
from iadb_core.system.arrays import load_array, save_arrays
from iadb_core.system.errors import InputError
from iadb_core.system.files import write_csv
from iadb_core.system.progress import Progress, job
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} theorem"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    own, shape = Theorem.of(settings["theorem"]), tuple(snakemake.params.shape)
    densities = source_and_target(settings, inputs.source_files, inputs.target_files)
    stored = [load_array(path) if path else None for path in (inputs.source_train, inputs.target_train)]
    source, target = (density.law(samples) for density, samples in zip(densities, stored, strict=True))
    field, pairs = exact_field(source, target, shape), posterior(source, target, shape)
    if field is None or pairs is None:
        raise InputError("no pairs can be drawn exactly between these densities")
    begin = measured_starts(densities[0], shape, inputs.starts, max(own.starts, own.shown), seed)
    with Progress(sum(own.steps), "steps") as progress:
        how = own.steps, own.repeats, seed, progress.update
        found = theorem(field, pairs, begin[: own.starts], *how)
    write_csv(snakemake.output.csv, Convergence._fields, found)
    arrays: dict[str, np.ndarray] = {}
    for steps in own.shown_steps:
        paths = shown_paths(field, pairs, begin[: own.shown], steps, seed)
        arrays |= {f"{steps}_{name}": states for name, states in paths._asdict().items()}
    save_arrays(snakemake.output.paths, arrays)
