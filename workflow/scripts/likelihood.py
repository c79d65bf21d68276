"""Find how likely held-out samples are under the model of one run, beside what is known of their density."""

import numpy as np
import torch

from iadb_core.data.density import Density, Drawn
from iadb_core.data.registry import source_and_target
from iadb_core.evaluation.image_likelihood import image_figures
from iadb_core.evaluation.point_likelihood import PointSets, point_figures
from iadb_core.evaluation.settings import Likelihood
from iadb_core.sampling.model import load_model
from iadb_core.sampling.starts import measured_starts
from iadb_core.system.arrays import load_array
from iadb_core.system.files import write_json
from iadb_core.system.progress import job, log
from iadb_core.system.provenance import files_digest, versions
from iadb_core.system.runtime import configure
from iadb_core.system.seeds import numpy_generator

MOST_OF_BASELINE = 65_536  # samples of which a baseline is made


def seen(density: Density, path: str, most: int) -> torch.Tensor:
    """The first of the samples of a file, as the network sees them."""
    return density.network_values(torch.from_numpy(load_array(path)[:most].copy()))


with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} likelihood"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    own = Likelihood.of(settings["likelihood"])
    model = load_model(inputs.model, settings["device"], "float32", differentiable=True)
    source, target = source_and_target(settings, inputs.source_files, inputs.target_files)
    law, of_points = source.law(), len(model.shape) == 1
    assert law is not None
    count = own.points if of_points else own.images
    unseen = seen(target, inputs.held_out, count)
    if inputs.train:
        train = seen(target, inputs.train, MOST_OF_BASELINE)
    else:
        assert isinstance(target, Drawn)
        drawn = target.draw(model.shape, MOST_OF_BASELINE, numpy_generator(seed, "points of kernels"))
        train = torch.from_numpy(drawn)
    if of_points:
        begin = measured_starts(source, model.shape, inputs.starts, own.points, seed)
        sets = PointSets(unseen, train, seen(target, inputs.validation, MOST_OF_BASELINE), begin)
        unit = float(np.log(target.units(model.shape)).sum())
        figures = point_figures(model, law, target.law(), sets, own, seed, unit)
    else:
        figures = image_figures(model, law, target.pixel_scaling(), unseen, train, own, seed)
    for figure in figures:
        log.info("%s: %.5g", figure.metric.title, figure.value)
    code = files_digest([*inputs.code, __file__])
    stage: dict[str, object] = {"held_out_data": files_digest([inputs.held_out]), "code": code, "versions": versions()}
    stage["evaluations"] = model.evaluations  # of the network, for single samples
    write_json(snakemake.output.likelihood, {"figures": [figure.described() for figure in figures]} | stage)
