import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from iadb_core.data.grayscale import read_colours, read_density

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "densities"
PICTURES = sorted(FOLDER.glob("*.png"))


COLOURED = {"trefoil"}


def test_there_are_at_least_eight_pictures():
    names = {path.stem for path in PICTURES}
    asked = {"blob", "spiral", "rings", "checkerboard", "moons", "eight_gaussians", "word", "square", "triangle"}
    assert asked <= names


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_each_is_a_256_by_256_density(path):
    with Image.open(path) as picture:
        assert (picture.size, picture.mode) == ((256, 256), "RGB" if path.stem in COLOURED else "L")
    assert 0.02 < read_density(path).mean() < 0.5


def test_each_colour_of_a_coloured_picture_is_a_class():
    for name in COLOURED:
        shares = read_colours(FOLDER / f"{name}.png").sum(axis=(1, 2))
        assert shares / shares.sum() == pytest.approx([1 / 3] * 3, abs=0.02)


def test_the_script_draws_them_again(tmp_path):
    subprocess.run([sys.executable, FOLDER / "draw.py", tmp_path], check=True, timeout=60)
    for path in PICTURES:
        old, new = (np.asarray(Image.open(place / path.name)).astype(int) for place in (FOLDER, tmp_path))
        assert np.abs(old - new).mean() < 1, path.name
