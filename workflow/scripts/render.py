"""Draw the frames of one run."""

from pathlib import Path

from iadb_core.files import load_array
from iadb_core.frames import frames
from iadb_core.pictures import save_png
from iadb_core.progress import Progress, job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} frames"):
    settings, outputs = snakemake.params.settings, list(snakemake.output.frames)
    for stale in set(Path(outputs[0]).parent.glob("*.png")) - {Path(output) for output in outputs}:
        stale.unlink()
    trajectory = load_array(snakemake.input.trajectory)
    pictures = frames(trajectory, **settings)
    with Progress(len(outputs), "frames") as progress:
        for output, picture in zip(outputs, pictures, strict=True):
            save_png(output, picture)
            progress.update(1)
