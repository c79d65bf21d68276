"""Show samples that were asked for by class, beside real ones of each class."""

import numpy as np
import torch

from iadb_core.data.registry import source_and_target
from iadb_core.drawing.classes_picture import classes_of_images, classes_of_points
from iadb_core.drawing.png import save_png
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} classes"):
    settings, inputs = snakemake.params.settings, snakemake.input
    source, target = source_and_target(settings, inputs.source_files, inputs.target_files)
    both, labels = load_array(inputs.trajectory)[[0, -1]], load_array(inputs.labels)
    stored = load_array(inputs.real)
    name = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}"
    names, classes = settings["shown"], [settings["names"].index(own) for own in settings["shown"]]
    if target.of_images():
        pixels = target.true_values(target.network_values(torch.from_numpy(np.array(stored))).numpy())
        picture = classes_of_images(name, names, target.true_values(both[1]), pixels, labels, classes)
    else:
        real = target.network_values(torch.from_numpy(np.array(stored))).numpy()
        axes = settings.get("axes")
        picture = classes_of_points(name, names, both, (source, target), real, np.array(labels), classes, axes)
    save_png(snakemake.output.picture, picture)
