"""Follow the same starts of images in several ways, and put what they look like on a page."""

import numpy as np
import torch

from iadb_core.data.registry import source_and_target
from iadb_core.data.shards import Converted
from iadb_core.evaluation.fidelity import nearest
from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.pages.gallery import SHOWN, Way, gallery_page
from iadb_core.pages.live import packed_live
from iadb_core.sampling.conditions import class_numbers, in_turn, sampler_of
from iadb_core.sampling.model import load_model
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.starts import measured_starts
from iadb_core.system.arrays import load_array
from iadb_core.system.files import write_text
from iadb_core.system.progress import Progress, job, log
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} explore.html"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    source, target = source_and_target(settings, inputs.source_files, inputs.target_files)
    model = load_model(inputs.model, settings["device"], settings["precision"], weaker=inputs.weaker or None)
    own = Sampling.of(settings["sampling"])
    begin = measured_starts(source, model.shape, inputs.starts, SHOWN, seed)
    told = in_turn(class_numbers(model, own.classes), len(begin)) if model.classes else None
    chosen = [(solver, nfe) for solver in ("euler", "midpoint") for nfe in (1, 2, 4, 16, 64)]
    chosen += [("map", nfe) for nfe in (1, 2, 4)] if model.jumps else []
    ways = []
    with Progress(len(chosen), "ways") as progress:
        for name, nfe in chosen:
            steps, left = divmod(nfe, solver_of(name).evaluations or 1)
            if steps and not left:
                way = own.model_copy(
                    update={"solver": name, "steps": steps, "schedule": "linear", "batch_size": len(begin)}
                )
                states = [x.float().clone() for _, _, x in sampler_of(model, way, told).states(begin)]
                ways.append(Way(name, nfe, linear(steps), states))
            progress.update(1, f"{name}, {nfe} evaluations")
    train = load_array(inputs.train)

    def pixels(stored: np.ndarray) -> np.ndarray:
        return target.true_values(target.network_values(torch.from_numpy(np.array(stored))).numpy())

    def found(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        index, distance = nearest(images, Converted(train, pixels))
        return pixels(train[index]), distance

    about = f"{settings['network']}, {snakemake.params.shape[-1]} × {snakemake.params.shape[-2]} pixels, seed {seed}"
    real = pixels(load_array(inputs.held_out)[:SHOWN])
    live = packed_live(inputs.model, source, target, own)
    page = gallery_page(snakemake.wildcards.experiment, about, target, ways, found, real, live)
    write_text(snakemake.output.page, page)
    log.info("%.0f kB", len(page.encode()) / 1000)
