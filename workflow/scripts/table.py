"""One table of figures, with all that it takes to repeat each; and a short one to read."""

import os
from typing import Any

from iadb_core.system.files import read_json, write_text
from iadb_core.system.progress import job
from iadb_core.tables.figures import figure_rows, long_table, readable

with job(snakemake.log[0], "table"):
    inputs, settings, classifier = snakemake.input, snakemake.params.settings, snakemake.params.classifier
    accuracies = {summary["weights_hash"]: summary["accuracy"] for summary in map(read_json, inputs.classifiers)}
    beside = {os.path.dirname(path): [read_json(path)] for path in inputs.likelihoods}
    maps = [[read_json(path)] for path in inputs.maps] or [[] for _ in inputs.metrics]
    further = [own + beside.get(os.path.dirname(path), []) for own, path in zip(maps, inputs.metrics, strict=True)]
    rows: list[dict[str, Any]] = []
    stages = zip(inputs.training, inputs.sampling, inputs.metrics, further, strict=True)
    for needed, (training, sampling, metrics, others_of_run) in zip(snakemake.params.needed, stages, strict=True):
        (experiment, seed), others = needed[0], needed[1:]
        run = {"experiment": experiment, "seed": seed} | read_json(training) | read_json(sampling)
        earlier = {
            name: settings[name] | {"seeds": sorted(of for own, of in others if own == name)} for name, _ in others
        }
        told = accuracies, settings[experiment], classifier, earlier
        rows.extend(figure_rows(run, [read_json(metrics), *others_of_run], *told))
    table = long_table(rows)
    write_text(snakemake.output.csv, table.to_csv(index=False, lineterminator="\n"))
    write_text(snakemake.output.markdown, readable(table))
