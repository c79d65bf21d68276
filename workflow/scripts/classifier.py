"""Train the classifier of a data set, whose features measure generated images."""

import numpy as np

from iadb_core.data.images import dataset_images, dataset_labels
from iadb_core.data.preparation import network_values
from iadb_core.data.scaling import true_values
from iadb_core.data.shards import Converted
from iadb_core.evaluation.classifier import accuracy, save_classifier, train_classifier
from iadb_core.networks.registry import weights_hash
from iadb_core.system.files import write_json
from iadb_core.system.progress import Progress, job, log
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"classifier of {snakemake.wildcards.dataset}"):
    configure(snakemake.threads)
    dataset, split_seed, training = snakemake.params.dataset, snakemake.params.seed, snakemake.params.training
    images = dataset_images(dataset, snakemake.resources.data_dir, split_seed)
    labels = dataset_labels(dataset, snakemake.resources.data_dir, split_seed)
    density = {"dataset": dataset}

    def pixels(stored: np.ndarray) -> np.ndarray:
        return true_values(network_values(stored, density).numpy(), density)

    with Progress(training["steps"], "steps") as progress:
        network = train_classifier(images[0], labels[0], **training, on_step=progress.update, pixels=pixels)
    summary = {
        "accuracy": accuracy(network, Converted(images[1], pixels), labels[1]),
        "held_out_images": len(images[1]),
        "classes": len(np.unique(labels[0])),
        "weights_hash": weights_hash(network),
    }
    log.info("%.4f of %s held-out images are classified right", summary["accuracy"], f"{len(images[1]):,}")
    save_classifier(snakemake.output.classifier, network)
    write_json(snakemake.output.summary, summary)
