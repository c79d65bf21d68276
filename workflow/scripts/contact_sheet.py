"""Draw a trajectory at α = 0, ⅛, … 1 side by side."""

from iadb_core.data.registry import source_and_target
from iadb_core.drawing.contact_sheet import contact_sheet
from iadb_core.drawing.png import save_png
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} contact sheet"):
    settings, trajectory = snakemake.params.settings, load_array(snakemake.input.trajectory)
    densities = source_and_target(settings, snakemake.input.source_files, snakemake.input.target_files)
    name = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}"
    sheet = contact_sheet(
        name, trajectory, settings["schedule"], *densities, settings.get("axes"), settings.get("groups")
    )
    save_png(snakemake.output.sheet, sheet)
