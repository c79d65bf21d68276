"""Follow the density of one run on a grid, and the exact one where it is known."""

import numpy as np
import torch

from iadb_core.data.registry import source_and_target
from iadb_core.drawing.plane import plane_of
from iadb_core.drawing.settings import DensityFilm
from iadb_core.evaluation.likelihood import Following, on_cpu
from iadb_core.evaluation.settings import Likelihood
from iadb_core.method.blended_grid import BlendedGrid, Grid
from iadb_core.method.schedules import SCHEDULES
from iadb_core.sampling.density import flowing_density
from iadb_core.sampling.model import load_model
from iadb_core.system.arrays import load_array, save_arrays
from iadb_core.system.progress import Progress, job, log
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} density"):
    configure(snakemake.threads)
    settings, inputs = snakemake.params.settings, snakemake.input
    film, how = DensityFilm.of(settings["density"]), Likelihood.of(settings["likelihood"])
    model = load_model(inputs.model, settings["device"], "float32", differentiable=True)
    source, target = source_and_target(settings, inputs.source_files, inputs.target_files)
    trajectory = load_array(inputs.trajectory)
    plane = plane_of(trajectory[0], trajectory[-1], source, target)
    grid = Grid(plane.box.low, plane.box.width, film.cells)
    way = Following.of(how, source.law())
    steps = np.linspace(0, len(way.alphas) - 1, min(film.frames, len(way.alphas))).round().astype(int).tolist()
    centres = torch.from_numpy(grid.centres())
    with Progress(len(steps) * len(centres), "cells") as progress:
        flowing = on_cpu(model), way.solver, way.alphas, steps, way.source, centres, progress.update
        found = flowing_density(*flowing).reshape(len(steps), film.cells, film.cells)
    alphas = [way.alphas[step] for step in steps]
    arrays = {"model": found, "alphas": np.array(alphas), "mass": found.mean(axis=(1, 2)) * grid.width**2}
    laws = source.law(), target.law()
    if laws[0] is not None and laws[1] is not None and target.known:
        blends = BlendedGrid(laws[0], laws[1], grid)
        arrays["exact"] = np.stack([blends.density(alpha) for alpha in alphas])
    if film.points:
        every = np.array(SCHEDULES[settings["sampling"]["schedule"]](len(trajectory) - 1))
        index = [int(np.abs(every - alpha).argmin()) for alpha in alphas]
        arrays["points"] = np.stack([plane.places(trajectory[i][: film.points]) for i in index])
    if plane.box.upward:  # (x, y), y upward, as pictures have it: rows from the top
        for name in ("model", "exact"):
            if name in arrays:
                arrays[name] = arrays[name].transpose(0, 2, 1)[:, ::-1]
    mass = arrays["mass"]
    log.info("mass on the grid from %.4f to %.4f", mass.min(), mass.max())
    save_arrays(snakemake.output.density, {name: array.astype(np.float32) for name, array in arrays.items()})
