"""Train the classifier of a data set, whose features measure generated images."""

from iadb_core.data.registry import density_of
from iadb_core.evaluation.classifier import save_classifier, trained_classifier
from iadb_core.evaluation.settings import ClassifierTraining
from iadb_core.system.files import write_json
from iadb_core.system.progress import job
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"classifier of {snakemake.wildcards.dataset}"):
    configure(snakemake.threads)
    density, training = density_of(snakemake.params.density), ClassifierTraining.of(snakemake.params.training)
    data_dir, seed = snakemake.resources.data_dir, snakemake.params.seed
    network, summary = trained_classifier(density, data_dir, seed, training, snakemake.threads)
    save_classifier(snakemake.output.classifier, network)
    write_json(snakemake.output.summary, summary)
