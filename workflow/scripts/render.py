"""Draw the frames of one run."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from iadb_core.data.pictures import save_png
from iadb_core.drawing.frames import Frames
from iadb_core.system.files import load_array
from iadb_core.system.progress import Progress, job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} frames"):
    settings, outputs = snakemake.params.settings, list(snakemake.output.frames)
    for stale in set(Path(outputs[0]).parent.glob("*.png")) - {Path(output) for output in outputs}:
        stale.unlink()
    frames = Frames(load_array(snakemake.input.trajectory), **settings)
    if len(frames) != len(outputs):
        raise RuntimeError(f"{len(frames)} frames for {len(outputs)} files")
    with Progress(len(outputs), "frames") as progress, ThreadPoolExecutor(snakemake.threads) as pool:
        for _ in pool.map(lambda number: save_png(outputs[number], frames[number]), range(len(outputs))):
            progress.update(1)
