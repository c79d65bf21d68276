"""Generate a shard of the samples that are compared with held-out ones."""

from iadb_core.data.registry import density_of
from iadb_core.sampling.conditions import measured_condition
from iadb_core.sampling.generation import generate
from iadb_core.sampling.model import load_model
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.shards import shard_rows
from iadb_core.sampling.starts import measured_count, measured_starts
from iadb_core.system.arrays import load_array, save_array
from iadb_core.system.files import write_json
from iadb_core.system.progress import job
from iadb_core.system.provenance import files_digest
from iadb_core.system.runtime import configure

title = f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} generation"
number, of = map(int, snakemake.wildcards.scatteritem.split("-of-"))

with job(snakemake.log[0], title if of == 1 else f"{title} {number} of {of}"):
    configure(snakemake.threads)
    settings, inputs = snakemake.params.settings, snakemake.input
    model = load_model(inputs.model, settings["device"], settings["precision"], weaker=inputs.weaker or None)
    sampling = Sampling.of(settings["sampling"])
    drawn, shard = (settings["count"], snakemake.params.seed), ((number, of), sampling.batch_size)
    begin = measured_starts(density_of(settings["source"]), model.shape, inputs.starts, *drawn, *shard)
    condition = None
    if inputs.asked:
        target = density_of(settings["target"]) if "target" in settings else None
        asked, count = load_array(inputs.asked), measured_count(inputs.starts, settings["count"])
        rows = shard_rows(number, of, count, sampling.batch_size)
        condition = measured_condition(model, target, asked, count, drawn[1], rows)
    generated, summary = generate(model, sampling, begin, condition)
    save_array(snakemake.output.generated, generated.numpy())
    made_from = {"starts_data": files_digest(inputs.starts), "sampling_code": files_digest([*inputs.code, __file__])}
    write_json(snakemake.output.summary, summary | made_from)
