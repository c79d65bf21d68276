"""Store the training and held-out images of a named data set."""

from iadb_core.files import save_array
from iadb_core.images import digits, held_out_tenth, torchvision_set
from iadb_core.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} images"):
    dataset = snakemake.params.dataset
    if dataset["name"] == "digits":
        train, held_out = held_out_tenth(digits(dataset["size"], dataset["margin"]), snakemake.params.seed)
    else:
        train, held_out = torchvision_set(dataset["name"], snakemake.resources.data_dir)
    save_array(snakemake.output.train, train)
    save_array(snakemake.output.held_out, held_out)
