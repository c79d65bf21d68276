"""Draw where the same starts end: by the network, and by the exact field."""

from iadb_core.data.registry import source_and_target
from iadb_core.drawing.map_picture import map_picture
from iadb_core.drawing.png import save_png
from iadb_core.system.arrays import load_array
from iadb_core.system.files import read_json
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} map picture"):
    settings, ends = snakemake.params.settings, load_array(snakemake.input.ends)
    densities = source_and_target(settings, snakemake.input.source_files, snakemake.input.target_files)
    name = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}"
    figures = read_json(snakemake.input.map)["figures"]
    save_png(snakemake.output.picture, map_picture(name, ends, figures, *densities, settings.get("axes")))
