"""Put a model of points into a page in which it runs."""

import torch

from iadb_core.data.registry import source_and_target
from iadb_core.method.integration import solver_of
from iadb_core.pages.explore import SHOWN, Shown, explore_page
from iadb_core.sampling.starts import measured_starts
from iadb_core.system.arrays import load_array
from iadb_core.system.files import write_text
from iadb_core.system.progress import job, log
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} explore.html"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    source, target = source_and_target(settings, inputs.source_files, inputs.target_files)
    models = []
    for name, path in zip(settings["models"], [inputs.model, *inputs.beside], strict=True):
        solver, steps = (settings["sampling"][name][key] for key in ("solver", "steps"))
        models.append(Shown(name, path, solver, steps * (solver_of(solver).evaluations or 1)))
    starts = measured_starts(source, (2,), inputs.starts, 2 * SHOWN, seed)
    held_out = target.network_values(torch.from_numpy(load_array(inputs.held_out)[: 2 * SHOWN].copy()))
    page = explore_page(snakemake.wildcards.experiment, seed, models, source, target, starts, held_out)
    write_text(snakemake.output.page, page)
    log.info("%.0f kB", len(page.encode()) / 1000)
