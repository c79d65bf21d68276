"""Draw the loss of every seed of an experiment beside its floor."""

import pandas

from iadb_core.drawing.plots import loss_plot, save_plot
from iadb_core.system.files import read_json
from iadb_core.system.progress import job

FLOOR_IS = {
    "fresh points": "It is the same for every seed.",
    "train": "Here that field knows every training image by heart: a network that generalises stays above it.",
}

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} loss"):
    seeds, alpha = snakemake.params.seeds, snakemake.params.alpha
    histories = {seed: pandas.read_csv(path) for seed, path in zip(seeds, snakemake.input.histories, strict=True)}
    floors, split = {}, "fresh points"
    for seed, path in zip(seeds, snakemake.input.maps, strict=True):
        figures = {figure["metric"]: figure for figure in read_json(path)["figures"]}
        if "excess loss" in figures and alpha == "uniform":  # as the floor is measured
            split = figures["excess loss"]["split"]
            floors[seed] = figures["deblending loss"]["floor"], figures["excess loss"]["value"]
    figure = loss_plot(snakemake.wildcards.experiment, histories, floors or None, FLOOR_IS[split], alpha)
    save_plot(snakemake.output.plot, figure)
