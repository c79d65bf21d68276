"""Show generated and held-out images, each beside the training image that is nearest to it."""

from iadb_core.data.registry import density_of
from iadb_core.data.shards import Shards
from iadb_core.drawing.neighbours import neighbours
from iadb_core.drawing.png import save_png
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} neighbours"):
    inputs, target = snakemake.input, density_of(snakemake.params.settings["target"])
    name = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}"
    stored = load_array(inputs.held_out), load_array(inputs.train)
    save_png(snakemake.output.picture, neighbours(name, target, Shards(inputs.generated), *stored))
