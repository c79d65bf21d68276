"""Carry held-out images of the source, and measure how near each comes to the target image that belongs to it."""

import numpy as np
import torch

from iadb_core.data.parts import VALIDATION
from iadb_core.data.registry import density_of
from iadb_core.data.scaling import scale
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.measured import in_columns, protocol
from iadb_core.evaluation.quality import comparison_of
from iadb_core.evaluation.restoration import TABLE, Restored, Truth, quality_of, restored_figures
from iadb_core.evaluation.settings import Evaluation
from iadb_core.sampling.conditions import sampler_of
from iadb_core.sampling.model import load_model
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.told import stored_samples
from iadb_core.system.arrays import load_array, save_arrays
from iadb_core.system.files import read_json, write_csv
from iadb_core.system.progress import job
from iadb_core.system.provenance import files_digest
from iadb_core.system.runtime import configure
from iadb_core.system.seeds import numpy_generator

SHOWN = 8

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} partners"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    evaluation, sampling = Evaluation.of(settings["evaluation"]), Sampling.of(settings["sampling"])
    training = read_json(inputs.training)
    model = load_model(inputs.model, settings["device"], settings["precision"], weaker=inputs.weaker or None)
    source, target = (density_of(settings[side]) for side in ("source", "target"))
    both = load_array(inputs.held_out_source), load_array(inputs.held_out)
    chosen = numpy_generator(seed, "partners").permutation(len(both[1]))[: evaluation.count]
    begin, whole = (stored_samples(side, stored, chosen) for side, stored in zip((source, target), both, strict=True))
    truth = Truth(target, whole)
    as_it_is = torch.from_numpy(scale(np.asarray(source.true_values(begin.numpy())), target.pixel_scaling()))
    ways = [
        Restored("the source as it is", as_it_is.float()[None], 0),
        Restored("another image of the target", whole.roll(1, dims=0)[None], 0),
    ]
    classes = torch.from_numpy(load_array(inputs.held_out_labels)[chosen].astype(int)) if model.classes else None
    one_step = sampling.model_copy(update={"solver": "euler", "steps": 1})
    for name, way in (("carried, in one step of Euler", one_step), ("carried", sampling)):
        before = model.evaluations
        ends = sampler_of(model, way, classes).ends(begin)
        made = {"solver": way.solver, "steps": way.steps, "weights_hash": training["weights_hash"]}
        ways.append(Restored(name, ends[None], (model.evaluations - before) / len(begin), made))

    real = RealSamples(target, inputs.validation, inputs.train or None, VALIDATION)
    quality = quality_of(comparison_of(real, len(whole), evaluation, seed, inputs.classifier or None))
    shared = protocol(model, files_digest([*inputs.code, __file__]), snakemake.wildcards.experiment, seed)
    rows = ({**row, **shared} for way in ways for row in restored_figures(way, truth, quality))
    write_csv(snakemake.output.csv, TABLE, in_columns(TABLE, rows))
    shown = {way.method: way.answers[0] for way in (ways[0], *ways[2:])} | {"its partner": whole}
    save_arrays(snakemake.output.shown, {name: truth.pixels(images[:SHOWN]) for name, images in shown.items()})
