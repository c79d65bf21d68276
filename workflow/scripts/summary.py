"""Mean and interval over seeds of every figure, and how few evaluations each solver needs."""

import pandas

from iadb_core.system.files import write_text
from iadb_core.system.progress import job
from iadb_core.tables.figures import fewest_evaluations, summary, summary_text

with job(snakemake.log[0], "summary"):
    summarised = summary(pandas.read_csv(snakemake.input.table))
    fewest = [
        fewest_evaluations(solvers, summarised[summarised.experiment == solvers.experiment.iloc[0]])
        for solvers in map(pandas.read_csv, snakemake.input.solvers)
    ]
    write_text(snakemake.output.csv, summarised.to_csv(index=False, lineterminator="\n"))
    write_text(snakemake.output.markdown, summary_text(summarised, pandas.concat(fewest)))
