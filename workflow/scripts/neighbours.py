"""Show generated and held-out images, each beside the training image that is nearest to it."""

import numpy as np

from iadb_core.data.pictures import save_png
from iadb_core.data.preparation import network_values
from iadb_core.data.scaling import true_values
from iadb_core.data.shards import Converted, Shards
from iadb_core.drawing.sheets import enlarged, interleaved, side_by_side
from iadb_core.evaluation.fidelity import nearest
from iadb_core.system.files import load_array
from iadb_core.system.progress import job

SHOWN, COLUMNS, SIZE = 32, 8, 48

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} neighbours"):
    target = snakemake.params.settings["target"]

    def pixels(stored: np.ndarray) -> np.ndarray:
        return true_values(network_values(stored, target).numpy(), target)

    stored = load_array(snakemake.input.train)
    train = Converted(stored, pixels)
    generated = true_values(Shards(snakemake.input.generated)[:SHOWN], target)
    real = pixels(load_array(snakemake.input.held_out)[: len(generated)])
    pictures, titles = [], []
    for kind, images in (("generated", generated), ("held-out", real)):
        index, distance = nearest(images, train)
        pictures.append(enlarged(interleaved(images, pixels(stored[index])), COLUMNS, SIZE))
        titles.append(f"{kind}, each left of its nearest training image: mean distance {distance.mean():.2f}")
    caption = (
        f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}. Left: generated images, right: real ones "
        "that were never trained on; beside each the nearest of all training images, by pixels. Copies would show as "
        "equal pairs on the left and a much smaller mean distance than on the right."
    )
    save_png(snakemake.output.picture, side_by_side(pictures, titles, 2, caption))
