"""Draw the frames of one run."""

from iadb_core.data.registry import source_and_target
from iadb_core.drawing.archive import save_frames
from iadb_core.drawing.frames import Frames
from iadb_core.drawing.settings import Animation
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} frames"):
    settings, trajectory = snakemake.params.settings, load_array(snakemake.input.trajectory)
    densities = source_and_target(settings, snakemake.input.source_files, snakemake.input.target_files)
    beside, groups = None, settings.get("groups")
    if snakemake.input.to_restore:  # torch is imported for these alone
        from iadb_core.drawing.degraded_beside import degraded_beside

        stored, seed = load_array(snakemake.input.to_restore), snakemake.params.seed
        beside = degraded_beside(settings["condition"], densities[1], stored, groups, seed)
    animation = Animation.of(settings["animation"])
    frames = Frames(trajectory, *densities, settings["schedule"], animation, groups, beside)
    save_frames(snakemake.output.frames, frames, snakemake.threads)
