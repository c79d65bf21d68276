"""Measure one run: the distance of its samples to held-out ones, and what a perfect model would score."""

from functools import partial

import numpy as np

from iadb_core.files import load_array, read_json, write_json
from iadb_core.metrics import Distance, against_real, energy_distance, sliced_wasserstein
from iadb_core.progress import job
from iadb_core.sampling import network_values
from iadb_core.scaling import unscale
from iadb_core.seeds import numpy_generator

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} metrics"):
    seed, evaluation = int(snakemake.wildcards.seed), snakemake.params.settings["evaluation"]
    target = snakemake.params.settings["target"]
    images = target.get("dataset") or target.get("folder")
    generator = numpy_generator(seed, "evaluation")
    metric: str = "sliced Wasserstein" if images else "energy distance"
    distance: Distance = energy_distance
    if images:
        distance = partial(sliced_wasserstein, projections=evaluation["projections"], seed=seed)

    def true_values(values: np.ndarray) -> np.ndarray:
        return unscale(values, images["scaling"]) if images else values

    measured = against_real(
        true_values(load_array(snakemake.input.generated)),
        load_array(snakemake.input.held_out),
        load_array(snakemake.input.train) if snakemake.input.train else None,
        distance,
        lambda samples: true_values(network_values(samples, target).numpy()),
        evaluation["floor_draws"],
        generator,
    )
    run = {"experiment": snakemake.wildcards.experiment, "seed": seed}
    summaries = read_json(snakemake.input.training) | read_json(snakemake.input.sampling)
    write_json(snakemake.output.metrics, run | summaries | {"metric": metric} | measured)
