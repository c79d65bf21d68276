"""Measure the map of one run: its losses and its field beside the exact ones, its paths, and whether they lead back."""

from iadb_core.data.densities import read_density, sample_density
from iadb_core.data.preparation import network_values
from iadb_core.evaluation.excess import FieldError
from iadb_core.evaluation.studies import loss_figures, study, whole_batches
from iadb_core.method.exact import exact_field
from iadb_core.sampling.sampler import Sampler, measured_starts
from iadb_core.system.files import load_array, save_array, write_csv, write_json
from iadb_core.system.progress import job, log
from iadb_core.system.provenance import files_digest, versions
from iadb_core.system.runtime import configure
from iadb_core.system.seeds import numpy_generator

SIDES = ("source", "target")

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} map"):
    configure(snakemake.threads)
    settings, seed, inputs = snakemake.params.settings, snakemake.params.seed, snakemake.input
    evaluation, source, target = settings["evaluation"], settings["source"], settings["target"]
    sampler = Sampler(inputs.model, settings)
    pictures = {side: read_density(path) for side in SIDES if (path := inputs[f"{side}_picture"])}
    trained, held_out = (
        {side: load_array(path) for side in SIDES if (path := inputs[f"{side}{split}"])} for split in ("_train", "")
    )
    if sampler.images:
        known = {side: network_values(own, settings[side]) for side, own in trained.items()}
        blended, unseen = trained, {side: own for side, own in held_out.items() if "gaussian" not in settings[side]}
    else:
        known, unseen, count = {}, {}, whole_batches(evaluation["loss_blends"])
        draws = {side: numpy_generator(seed, f"measured points {side}") for side in SIDES}
        blended = {side: sample_density(picture, count, draws[side]) for side, picture in pictures.items()}
    exact = exact_field(source, target, pictures, known)

    begin = measured_starts(
        source, sampler.shape, inputs.source or None, inputs.target, evaluation["exact_count"], seed
    )
    real = network_values(held_out["target"][: len(begin)], target)
    measured = study(sampler, exact, begin, real, evaluation["field_alphas"])
    pairs, fresh = ((own.get("source"), own.get("target")) for own in (blended, unseen))
    figures = loss_figures(sampler, exact, (source, target), pairs, fresh, evaluation["loss_blends"], seed)
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
