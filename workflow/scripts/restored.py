"""Restore degraded held-out images in several ways, and measure what each makes of them."""

from iadb_core.data.degrading import Degrading
from iadb_core.data.parts import VALIDATION
from iadb_core.data.registry import density_of
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.measured import in_columns, protocol
from iadb_core.evaluation.quality import comparison_of
from iadb_core.evaluation.restoration import TABLE, Restored, Truth, quality_of, restored_figures
from iadb_core.evaluation.settings import Evaluation
from iadb_core.networks.checkpoint import REGRESSION
from iadb_core.sampling.model import load_model
from iadb_core.sampling.restoring import answers_to, plugged, regressed
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.told import degraded, stored_samples
from iadb_core.system.arrays import load_array, save_arrays
from iadb_core.system.files import read_json, write_csv
from iadb_core.system.progress import job, log
from iadb_core.system.provenance import files_digest
from iadb_core.system.runtime import configure
from iadb_core.system.seeds import numpy_generator

SHOWN = 8


def weights(summary: str) -> dict[str, str]:
    """Which weights a training has left, by its summary."""
    return {"weights_hash": read_json(summary)["weights_hash"]}


with job(snakemake.log[0], f"{snakemake.wildcards.experiment} restoration"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    evaluation, sampling = Evaluation.of(settings["evaluation"]), Sampling.of(settings["sampling"])
    restoration, how = evaluation.restoration, (settings["device"], settings["precision"])
    model = load_model(inputs.model, *how, weaker=inputs.weaker or None)
    source, target = (density_of(settings[side]) for side in ("source", "target"))

    assert model.degradation is not None
    held_out, degrading = load_array(inputs.held_out), Degrading.of(model.degradation, target)
    chosen = numpy_generator(seed, "restored held-out images").permutation(len(held_out))[: restoration.images]
    whole = stored_samples(target, held_out, chosen)
    lost = degraded(degrading, whole, seed, "restored degradations")
    truth, seen = Truth(target, whole, (degrading, lost)), degrading.seen(lost)

    log.info("several answers to each of %s degraded images", f"{len(whole):,}")
    stored = load_array(inputs.starts) if inputs.starts else None
    answers = answers_to(model, sampling, seen, source, stored, restoration.answers, seed)
    nfe = model.evaluations / (len(whole) * restoration.answers)
    regression = load_model(inputs.regression, *how, objective=REGRESSION)
    made = {"solver": sampling.solver, "steps": sampling.steps} | weights(inputs.training)
    by_regression = weights(inputs.regression_training)
    ways = [
        Restored("as it was seen", degrading.shown(lost)[None], 0),
        Restored("regression", regressed(regression, seen, sampling.batch_size)[None], 1, by_regression),
        Restored("(de)blending, one answer", answers, nfe, made),
        Restored("(de)blending, mean of the answers", answers.mean(dim=0, keepdim=True), nfe * len(answers), made),
    ]
    if inputs.plugged and (own := restoration.plug_and_play):
        log.info("plug and play with a model that never saw a degraded image")
        other = load_model(inputs.plugged, *how)
        way = own.steps, own.exponent, own.draws
        found = plugged(other, density_of(settings["plugged"]), degrading, lost, way, seed)
        by_others = {"solver": "PnP-Flow", "steps": own.steps} | weights(inputs.plugged_training)
        nfe = other.evaluations / len(whole)
        ways.append(Restored(f"plug and play, {own.model_of}", found[None], nfe, by_others))

    real = RealSamples(target, inputs.validation, inputs.train or None, VALIDATION)
    quality = quality_of(comparison_of(real, len(whole), evaluation, seed, inputs.classifier or None))
    shared = protocol(model, files_digest([*inputs.code, __file__]), snakemake.wildcards.experiment, seed)
    rows = ({**row, **shared} for way in ways for row in restored_figures(way, truth, quality))
    write_csv(snakemake.output.csv, TABLE, in_columns(TABLE, rows))

    first, several, last = ways[0], ways[2], [ways[3], ways[1], *ways[4:]]
    shown = {first.method: first.answers[0]}
    shown |= {f"answer {number + 1}": own for number, own in enumerate(several.answers)}
    shown |= {way.method.removeprefix("(de)blending, "): way.answers[0] for way in last} | {"the truth": whole}
    save_arrays(snakemake.output.shown, {name: truth.pixels(images[:SHOWN]) for name, images in shown.items()})
