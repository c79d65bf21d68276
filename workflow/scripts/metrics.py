"""Measure the samples of one run: their distances to held-out ones, beside what real samples score."""

from iadb_core.data.densities import read_density
from iadb_core.data.shards import Shards
from iadb_core.evaluation.classifier import load_classifier
from iadb_core.evaluation.inception import Inception
from iadb_core.evaluation.measures import CLASSIFIER, INCEPTION, Comparison, image_measures, point_measures
from iadb_core.networks.registry import weights_hash
from iadb_core.system.files import write_json
from iadb_core.system.progress import job, log
from iadb_core.system.provenance import files_digest, versions
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} metrics"):
    configure(snakemake.threads)
    seed, settings = snakemake.params.seed, snakemake.params.settings
    inputs, evaluation = snakemake.input, settings["evaluation"]
    classifier = load_classifier(inputs.classifier) if inputs.classifier else None
    inception = Inception() if evaluation["inception"] else None
    generated, train = Shards(inputs.generated), inputs.train or None
    comparison = Comparison(
        settings["target"], inputs.held_out, train, len(generated), evaluation, seed, classifier, inception
    )
    if comparison.images:
        measures = image_measures(evaluation, seed)
    else:
        picture = read_density(inputs.picture) if inputs.picture else None
        measures = point_measures(comparison.true(comparison.held_out), picture, evaluation, seed)
    figures = comparison.figures(measures, generated)
    figures += comparison.memorisation(generated)
    for figure in figures:
        log.info("%s: %.4g, floor %.4g", figure.metric, figure.value, figure.floor)
    networks = {CLASSIFIER: classifier, INCEPTION: inception and inception.network}
    hashes = {name: weights_hash(network) for name, network in networks.items() if network}
    described = [figure._asdict() | {"extractor_hash": hashes.get(figure.extractor or "")} for figure in figures]
    write_json(
        snakemake.output.metrics,
        {"figures": described, "code": files_digest([*inputs.code, __file__]), "versions": versions()},
    )
