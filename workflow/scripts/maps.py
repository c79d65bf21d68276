"""Measure the map of one run: its losses and its field beside the exact ones, its paths, and whether they lead back."""

from iadb_core.data.registry import source_and_target
from iadb_core.evaluation.excess import FieldError
from iadb_core.evaluation.map import SIDES, ToldFiles, measure_map
from iadb_core.evaluation.settings import Evaluation
from iadb_core.method.coupling import coupling_of
from iadb_core.sampling.model import load_model
from iadb_core.sampling.sampler import Way
from iadb_core.sampling.settings import Sampling
from iadb_core.system.arrays import save_array
from iadb_core.system.files import write_csv, write_json
from iadb_core.system.progress import job
from iadb_core.system.provenance import files_digest, versions
from iadb_core.system.runtime import configure
from iadb_core.training.settings import Training

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} map"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    model = load_model(inputs.model, settings["device"], settings["precision"])
    both = source_and_target(settings, inputs.source_files, inputs.target_files)
    train, held_out = ({side: inputs[f"{side}{split}"] or None for side in SIDES} for split in ("_train", ""))
    way, evaluation = Way.of(Sampling.of(settings["sampling"])), Evaluation.of(settings["evaluation"])
    densities, files = dict(zip(SIDES, both, strict=True)), (train, held_out, inputs.starts)
    without = snakemake.params.without
    told = ToldFiles(inputs.labels or None, inputs.held_out_labels or None, without, inputs.asked_of or None)
    training = Training.of(settings["training"])
    chosen, batch = training.coupling, training.batch_size if training.coupling.optimal_transport else None
    coupling = None if chosen.model_pairs else coupling_of(chosen.name, chosen.settings)
    figures, measured = measure_map(model, way, densities, *files, evaluation, seed, told, coupling, batch)
    save_array(snakemake.output.ends, measured.ends)
    write_csv(snakemake.output.field, FieldError._fields, measured.field_errors)
    described = [figure.described() for figure in figures]
    code = files_digest([*inputs.code, __file__])
    stage = {"held_out_data": files_digest(filter(None, held_out.values())), "code": code, "versions": versions()}
    write_json(snakemake.output.map, {"figures": described} | stage)
