import numpy as np

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.drawing.neighbours import COLUMNS, SHOWN, SIZE, neighbours

DIGITS = Dataset(name="digits", size=8, scaling=[(0.25, 0.5)])


def stored(count, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, 1, 8, 8), np.uint8)


def network_values(images):
    return ((images / 255 - 0.25) / 0.5).astype(np.float32)


def cells(picture):
    """The images of a picture, row by row, as small as they were."""
    factor = SIZE // 8
    pixels = np.asarray(picture)[::factor, ::factor]
    rows = [np.hsplit(row, COLUMNS) for row in np.vsplit(pixels, len(pixels) // 8)]
    return np.stack([cell for row in rows for cell in row])


def test_each_image_stands_left_of_the_training_image_that_is_nearest(laid):
    train, held_out = stored(60, 1), stored(40, 2)
    copies = [7, 3, 59, 0]
    generated = network_values(train[copies])
    sheet = neighbours("x, seed 0", DIGITS, generated, held_out, train)
    (((left, right), (of_generated, of_held_out), columns, caption),) = laid
    pairs = cells(left)
    assert np.array_equal(pairs[0:8:2], train[copies, 0])
    assert np.array_equal(pairs[1:8:2], train[copies, 0])
    assert of_generated.endswith("mean distance 0.00")
    flat = [images.reshape(len(images), -1) / 255 for images in (held_out[:4], train)]
    distances = np.linalg.norm(flat[0][:, None] - flat[1], axis=2)
    pairs = cells(right)
    assert np.array_equal(pairs[0:8:2], held_out[:4, 0])
    assert np.array_equal(pairs[1:8:2], train[distances.argmin(axis=1), 0])
    assert of_held_out.endswith(f"mean distance {distances.min(axis=1).mean():.2f}")
    assert of_generated.startswith("generated, each left of")
    assert of_held_out.startswith("held-out, each left of")
    assert caption.startswith("x, seed 0. ")
    assert columns == 2
    assert sheet.width > left.width + right.width


def test_no_more_are_shown_than_can_be_looked_at(laid):
    neighbours("x", DIGITS, network_values(stored(100, 3)), stored(100, 2), stored(5, 1))
    (((left, right), *_),) = laid
    assert len(cells(left)) == len(cells(right)) == 2 * SHOWN
