"""Measure the map of one run: its losses and its field beside the exact ones, its paths, and whether they lead back."""

from iadb_core.densities import read_density
from iadb_core.excess import FieldError
from iadb_core.files import load_array, save_array, write_csv, write_json
from iadb_core.oracle import exact_field
from iadb_core.progress import job, log
from iadb_core.protocol import files_digest, versions
from iadb_core.runtime import configure
from iadb_core.sampling import Sampler, measured_starts
from iadb_core.scaling import network_values
from iadb_core.studies import loss_figures, study

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} map"):
    configure(snakemake.threads)
    settings, seed, inputs = snakemake.params.settings, int(snakemake.wildcards.seed), snakemake.input
    evaluation, source, target = settings["evaluation"], settings["source"], settings["target"]
    sampler = Sampler(inputs.model, settings)
    trained = {side: load_array(path) for side in ("source", "target") if (path := inputs[f"{side}_train"])}
    pictures = {side: read_density(path) for side in ("source", "target") if (path := inputs[f"{side}_picture"])}
    images = {side: network_values(own, settings[side]) for side, own in trained.items()} if sampler.images else {}
    exact = exact_field(source, target, pictures, images)

    begin = measured_starts(
        source, sampler.shape, inputs.source or None, inputs.target, evaluation["exact_count"], seed
    )
    held_out = load_array(inputs.target)
    real = network_values(held_out[: len(begin)], target)
    measured = study(sampler, exact, begin, real, evaluation["field_alphas"])
    unseen = (load_array(inputs.source) if inputs.source else None, None if "gaussian" in target else held_out)
    samples = (trained.get("source"), trained.get("target"))
    figures = loss_figures(sampler, exact, (source, target), samples, unseen, evaluation["loss_blends"], seed)
    figures += measured.figures
    for figure in figures:
        log.info("%s: %.5g", figure.metric, figure.value)
    save_array(snakemake.output.ends, measured.ends)
    write_csv(snakemake.output.field, FieldError._fields, measured.field_errors)
    described = [figure._asdict() for figure in figures]
    write_json(
        snakemake.output.map,
        {"figures": described, "code": files_digest([*inputs.code, __file__]), "versions": versions()},
    )
