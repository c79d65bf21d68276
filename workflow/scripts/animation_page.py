"""Put a GIF into a page, in which it plays."""

from pathlib import Path

from iadb_core.pages.animation import animation_page
from iadb_core.system.files import write_text
from iadb_core.system.progress import job

ABOUT = {
    "": "samples on their way from source to target",
    "density_": "the density of the model as it flows, and the exact one where it is known",
    "theorem_": "(de)blending by chance beside the deterministic algorithm, from few steps to many",
}

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} animation page"):
    own = snakemake.wildcards
    page = animation_page(own.experiment, ABOUT[own.kind], Path(snakemake.input.gif).read_bytes())
    write_text(snakemake.output.page, page)
