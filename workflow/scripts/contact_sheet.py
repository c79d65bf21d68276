"""Draw a trajectory at α = 0, ⅛, … 1 side by side."""

import numpy as np

from iadb_core.data.pictures import save_png
from iadb_core.drawing.frames import painter
from iadb_core.drawing.sheets import side_by_side
from iadb_core.method.schedules import SCHEDULES
from iadb_core.system.files import load_array
from iadb_core.system.progress import job

SHOWN, COLUMNS, SIZE = 9, 5, 256
CAPTION = {
    "points": "Every point keeps the colour of where it starts. Early on all samples move towards the mean of the "
    "target; its shape appears late, and neighbours stay together except where the target has gaps.",
    "noise": "Every image starts as noise and is only ever moved, never drawn anew: what it will be is decided early, "
    "from coarse to fine, and the last steps remove what is left of the noise.",
    "images": "Every image starts as a sample of the source, and fades into what the network makes of it.",
}

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} contact sheet"):
    settings, trajectory = snakemake.params.settings, load_array(snakemake.input.trajectory)
    alphas = np.array(SCHEDULES[settings["schedule"]](len(trajectory) - 1))
    index = [int(np.abs(alphas - wanted).argmin()) for wanted in np.linspace(0, 1, SHOWN)]
    draw = painter(trajectory[0], settings["source"], settings["target"], SIZE)
    pictures = [draw(trajectory[i]) for i in index]
    of_images = "noise" if "gaussian" in settings["source"] else "images"
    kind = of_images if trajectory.ndim == 5 else "points"
    caption = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}. {CAPTION[kind]}"
    sheet = side_by_side(pictures, [f"α = {alphas[i]:.3f}" for i in index], COLUMNS, caption)
    save_png(snakemake.output.sheet, sheet)
