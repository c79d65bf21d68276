"""Draw what several ways make of degraded images."""

from iadb_core.drawing.png import save_png
from iadb_core.drawing.restored_picture import restored_picture
from iadb_core.system.arrays import load_arrays
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} restored"):
    name = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}"
    shown = load_arrays(snakemake.input.shown)
    save_png(snakemake.output.picture, restored_picture(name, shown, snakemake.params.about))
