"""Store the training and held-out images of a named data set."""

from iadb_core.data.images import dataset_images
from iadb_core.system.files import save_array
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} images"):
    train, held_out = dataset_images(snakemake.params.dataset, snakemake.resources.data_dir, snakemake.params.seed)
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.held_out, held_out)
