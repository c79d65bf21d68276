"""Set figures of papers beside ours, and say of each whether it was had again."""

import pandas

from iadb_core.drawing.plots import save_plots
from iadb_core.drawing.published_plot import published_plot
from iadb_core.system.files import read_json, write_text
from iadb_core.system.progress import job
from iadb_core.tables.published import published_table, readable
from iadb_core.tables.settings import Published

with job(snakemake.log[0], "published figures"):
    inputs, output = snakemake.input, snakemake.output
    runs: dict[str, list[pandas.DataFrame]] = {}
    for (experiment, _), path in zip(snakemake.params.of_solvers, inputs.solvers, strict=True):
        runs.setdefault(experiment, []).append(pandas.read_csv(path))
    for (experiment, _), path in zip(snakemake.params.of_maps, inputs.maps, strict=True):
        runs.setdefault(experiment, []).append(pandas.DataFrame(read_json(path)["figures"]))
    papers = {name: Published.model_validate(paper) for name, paper in snakemake.params.published.items()}
    table = published_table(papers, runs)
    write_text(output.csv, table.to_csv(index=False, lineterminator="\n"))
    write_text(output.markdown, readable(table))
    save_plots(output, published_plot(table))
