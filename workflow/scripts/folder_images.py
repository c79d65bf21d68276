"""Store the training and held-out images of a folder."""

from iadb_core.data.images import folder, held_out_tenth
from iadb_core.system.files import save_array
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} images"):
    settings = snakemake.params.folder
    images = folder(settings["path"], settings["size"], settings["channels"])
    train, held_out = held_out_tenth(images, snakemake.params.seed)
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.held_out, held_out)
