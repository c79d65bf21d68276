"""Draw the frames of both algorithms, side by side."""

from iadb_core.data.registry import source_and_target
from iadb_core.drawing.archive import save_frames
from iadb_core.drawing.theorem_frames import TheoremFrames
from iadb_core.evaluation.theorem import Shown
from iadb_core.system.arrays import load_arrays
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} theorem frames"):
    inputs, params = snakemake.input, snakemake.params
    densities = source_and_target(params.settings, inputs.source_files, inputs.target_files)
    found = load_arrays(inputs.paths)
    steps = sorted({int(name.split("_")[0]) for name in found})
    paths = {count: Shown(*(found[f"{count}_{name}"] for name in Shown._fields)) for count in steps}
    frames = TheoremFrames(paths, *densities, params.frames, params.size)
    save_frames(snakemake.output.frames, frames, snakemake.threads)
