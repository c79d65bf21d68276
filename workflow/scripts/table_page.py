"""Put a table into a page, in which it is sorted and filtered."""

import pandas

from iadb_core.pages.table import table_page
from iadb_core.system.files import write_text
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.tabled} table"):
    table = pandas.read_csv(snakemake.input.csv)
    write_text(snakemake.output.page, table_page(snakemake.wildcards.tabled, table))
