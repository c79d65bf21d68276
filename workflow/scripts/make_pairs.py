"""Make a shard of the pairs that a trained model makes: each start with where it is carried."""

import time

import numpy as np

from iadb_core.data.registry import density_of
from iadb_core.sampling.model import load_model
from iadb_core.sampling.pairing import made_pairs
from iadb_core.system.arrays import load_array, save_arrays
from iadb_core.system.progress import job
from iadb_core.system.runtime import configure
from iadb_core.training.couplings import ModelPairs

title = f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} pairs"
number, of = map(int, snakemake.wildcards.scatteritem.split("-of-"))

with job(snakemake.log[0], title if of == 1 else f"{title} {number} of {of}"):
    configure(snakemake.threads)
    settings, inputs = snakemake.params.settings, snakemake.input
    model = load_model(inputs.model, settings["device"], settings["precision"])
    labels = load_array(inputs.labels) if inputs.labels else None
    how = ModelPairs.of(settings["pairs"]), density_of(settings["source"]), inputs.starts, labels
    began = time.monotonic()
    made = made_pairs(model, *how, snakemake.params.seed, (number, of))
    took = {"seconds": np.array([time.monotonic() - began])}
    save_arrays(snakemake.output.pairs, made._asdict() | took, compressed=False)
