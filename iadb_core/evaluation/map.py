"""The map of one run, measured: its losses and its field beside the exact ones, its paths, and the way back."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density, Drawn
from iadb_core.data.telling import Told, ToldClasses, ToldCoordinates, ToldDegraded
from iadb_core.evaluation.class_study import class_figures
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.moments import moment_figures
from iadb_core.evaluation.settings import Evaluation
from iadb_core.evaluation.studies import Blended, Study, loss_figures, study, whole_batches
from iadb_core.method.coupling import Coupling
from iadb_core.method.couplings.independent import Independent
from iadb_core.method.exact import exact_field
from iadb_core.sampling.conditions import as_the_data, measured_condition
from iadb_core.sampling.model import Model
from iadb_core.sampling.sampler import Way
from iadb_core.sampling.starts import measured_starts
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import log
from iadb_core.system.seeds import numpy_generator

SIDES = ("source", "target")
Files = Mapping[str, str | None]  # by side; None for a fresh density


class ToldFiles(NamedTuple):
    """Of what a model is told beside the blend, if anything.

    labels, held_out_labels: the classes of the target's samples. without: whether it has also learnt to do without a
    class. asked_of: unseen samples of the target that conditions are made of: images to degrade, or points.
    """

    labels: str | None = None
    held_out_labels: str | None = None
    without: bool = True
    asked_of: str | None = None


NOT_TOLD, INDEPENDENT = ToldFiles(), Independent()


def measure_map(
    model: Model,
    way: Way,
    densities: Mapping[str, Density],
    train: Files,
    held_out: Files,
    starts: Sequence[str],
    settings: Evaluation,
    seed: int,
    told: ToldFiles = NOT_TOLD,
    coupling: Coupling | None = INDEPENDENT,
    batch: int | None = None,
) -> tuple[list[Figure], Study]:
    """All figures of a run's map, and what its trajectories show.

    densities, train, held_out: by side, `source` and `target`; the samples' files. starts: as `measured_starts` takes
    its files. told: of a model that is told classes, the field of each class is measured as well; of one that cannot do
    without what it is told, no exact field is known. coupling: of its training, with which losses are measured; the
    exact field is that of independent pairs. None where it has none of its own, as for pairs that a model made: then
    there are no losses. batch: the size of its batches, if it pairs within them. Raises InputError for a broken file.
    """
    source, target = (densities[side] for side in SIDES)
    trained, unseen = ({side: load_array(path) for side, path in files.items() if path} for files in (train, held_out))
    count = settings.exact_count
    begin = measured_starts(source, model.shape, starts, count, seed)
    telling, condition = _told(model, target, told, len(begin), seed)
    exact = None
    if telling is None:
        exact = exact_field(source.law(trained.get("source")), target.law(trained.get("target")), model.shape)
    learnt = isinstance(coupling, Independent)
    real = target.network_values(torch.from_numpy(np.array(unseen["target"][: len(begin)])))
    measured = study(model, way, exact, begin, real, settings.field_alphas, condition, learnt)
    figures = list(measured.figures)
    figures += moment_figures(target.law(trained.get("target")), measured.ends[1])
    if coupling is not None:
        blended = _blended(densities, model.shape, trained, unseen, whole_batches(settings.loss_blends), seed)
        blended = blended._replace(told=telling, coupling=coupling, batch=batch)
        figures[:0] = loss_figures(model, exact if learnt else None, blended, settings.loss_blends, seed)
    if told.labels and learnt and "target" in trained:
        laws = target.laws_of_classes(trained["target"], load_array(told.labels), len(model.classes))
        known = source.law(trained.get("source"))
        figures += class_figures(model, way, known, laws, begin, settings.field_alphas)
    for figure in figures:
        log.info("%s: %.5g", figure.metric.title, figure.value)
    return figures, measured


def _told(model: Model, target: Density, told: ToldFiles, count: int, seed: int) -> tuple[Told | None, Tensor | None]:
    """What is told of blends, and of `count` starts, to a model that cannot do without it."""
    if model.told_of_samples and told.asked_of:
        condition = measured_condition(model, target, load_array(told.asked_of), count, seed)
        return ToldDegraded(model.degradation) if model.degradation else ToldCoordinates(model.columns), condition
    if told.labels and told.held_out_labels and not told.without:
        known = ToldClasses(load_array(told.held_out_labels), len(model.classes), 0.0)
        return known, as_the_data(load_array(told.labels), count, seed)
    return None, None


def _blended(
    densities: Mapping[str, Density],
    shape: tuple[int, ...],
    trained: Mapping[str, np.ndarray],
    unseen: Mapping[str, np.ndarray],
    count: int,
    seed: int,
) -> Blended:
    """What losses are measured on: of what can be drawn, `count` samples drawn for this alone; else the stored ones.

    What is fresh has none in either case: it is drawn anew anyway.
    """
    known, fresh = dict(trained), dict(unseen)
    for side, density in densities.items():
        if isinstance(density, Drawn):
            fresh.pop(side, None)
            if not density.fresh:
                known[side] = density.draw(shape, count, numpy_generator(seed, f"measured points {side}"))
    drawn = all(isinstance(density, Drawn) for density in densities.values())
    of_both, of_unseen = ((own.get("source"), own.get("target")) for own in (known, fresh))
    return Blended((densities["source"], densities["target"]), of_both, of_unseen, drawn)
