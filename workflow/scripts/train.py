"""Train the deblending network of one run; after an interruption, from where it was."""

from pathlib import Path

from iadb_core import checkpoint, networks
from iadb_core.files import load_array, write_csv, write_json
from iadb_core.hardware import hardware
from iadb_core.interruptions import Interruptions
from iadb_core.locks import alone
from iadb_core.progress import Progress, job, log
from iadb_core.protocol import TRAINING_PACKAGES, files_digest, settings_digest, versions
from iadb_core.records import Record, final_loss, record_steps
from iadb_core.resume import Keeper, ResumeFile
from iadb_core.runtime import choose_device, choose_precision, configure, generator, peak_memory_mb, precision_name
from iadb_core.streams import independent_blocks
from iadb_core.training import train, training_length

title = f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} training"
model = Path(snakemake.output.model)


def waiting(other: str) -> None:
    """Tell that another process, which a Snakemake that was killed may have left, trains the same run."""
    log.warning("%s writes %s as well: waiting for its end", other, model)


with job(snakemake.log[0], title), alone(model.with_suffix(".lock"), waiting):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    training, shape = settings["training"], tuple(snakemake.params.shape)
    name, sizes = settings["network"]["name"], {k: v for k, v in settings["network"].items() if k != "name"}
    configured = configure(snakemake.threads)
    device = choose_device(settings["device"])
    network = networks.build(name, shape, sizes, generator(seed, "weights")).to(device)
    precision = choose_precision(settings["precision"], device, network.convolutional)

    source, target = (load_array(path) if path else None for path in (snakemake.input.source, snakemake.input.target))
    counted = next((samples for samples in (target, source) if samples is not None), ())
    steps, epoch = training_length(training, len(counted))
    origin = {
        "device": device.type,
        "precision": precision_name(precision),
        "training_data": files_digest(path for path in (snakemake.input.source, snakemake.input.target) if path),
        "training_versions": versions(),
        "training_code": files_digest([*snakemake.input.code, __file__]),
    }
    computed_by = {"training_versions": versions(TRAINING_PACKAGES)}
    fingerprint = settings_digest([settings, shape, seed, origin | computed_by])
    # Named by what it is of, so that a change of the configuration that is taken back finds it again.
    resume = ResumeFile(model.with_suffix(f".{fingerprint}.resume"), fingerprint, hardware(device))
    state = resume.load()
    densities = settings["source"], settings["target"]
    batches = training["batch_size"], training["order"], seed, device, training["alpha"]
    blocks = independent_blocks(densities, (source, target), shape, *batches, first=state.blocks if state else 0)

    records = list(state.records) if state else []
    done = records[-1].step if records else 0
    log.info("%s steps on %s in %s", f"{steps:,}", device, precision_name(precision))
    if state:
        log.info("goes on after step %s", f"{state.steps:,}")
    with Progress(steps, "steps", done) as progress, Interruptions() as interruptions:
        record_at, keeper = record_steps(training["record_every"], epoch), Keeper(resume, interruptions)
        for record in train(network, blocks, steps, training, precision, record_at, state, keeper):
            records.append(record)
            progress.update(record.step - progress.done, f"loss {record.loss:.4f}")
    log.info("loss %.4f after %.0f s", final_loss(records), records[-1].seconds)

    description = {"name": name, "shape": list(shape), "settings": sizes}
    checkpoint.save(model, network, description=description, settings=settings, seed=seed, steps=steps)
    write_csv(snakemake.output.history, Record._fields, records)
    summary = {
        "network": name,
        "parameters": networks.parameter_count(network),
        "training_steps": steps,
        "final_loss": final_loss(records),
        "training_seconds": records[-1].seconds,
        "device": str(device),
        "threads": configured,
        "hardware": "; then ".join(resume.computed_on),
        "peak_memory_mb": peak_memory_mb(device),
        "weights": f"moving average, decay {training['ema']}" if training["ema"] else "of the last step",
        "weights_hash": networks.weights_hash(network),
    }
    write_json(snakemake.output.summary, origin | summary)
