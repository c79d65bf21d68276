"""Makes two folders of images that belong together by their names: the edges of digits, and the digits.

python resources/edges/draw.py [--data MNIST] [--size 32] [--count 20000] [FOLDER]

The digits are scikit-learn's, which need no download, or those of another data set of the workflow.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import sobel

from iadb_core.data.kinds.dataset import Dataset

STRONG = 0.25  # of the largest gradient that can be: what is an edge
LARGEST = 4.0  # of a step from 0 to 1, by Sobel's weights


def edges(digit: np.ndarray) -> np.ndarray:
    """Where the gradient of an image, (height, width) in [0, 1], is strong: 0 or 1."""
    return (np.hypot(sobel(digit, 0), sobel(digit, 1)) > STRONG * LARGEST).astype(float)


def main() -> None:
    """Write the folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="data/edges", help="which gets the folders `edges` and `digits`")
    parser.add_argument("--data", default="digits", help="a data set of the workflow")
    parser.add_argument("--size", type=int, default=16, help="pixels of a side")
    parser.add_argument("--count", type=int, default=20_000, help="images, at most")
    given = parser.parse_args()
    target = Dataset.model_validate({"name": given.data, "size": given.size})
    stored = target.read("data", seed=0).train.samples[: given.count]
    images = target.true_values(target.network_values(torch.from_numpy(np.array(stored))).numpy())
    folders = {"edges": edges, "digits": np.asarray}
    for name, made in folders.items():
        folder = Path(given.folder, name)
        folder.mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(images):
            pixels = (made(image.mean(axis=0)) * 255).round().astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:05d}.png")
    print(f"{len(images):,} pairs in {given.folder}/edges and {given.folder}/digits")


if __name__ == "__main__":
    main()
