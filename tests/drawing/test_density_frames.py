import numpy as np

from iadb_core.drawing.density_frames import GAP, DensityFrames


def heap(at, width=0.1, cells=32):
    x = (np.arange(cells) + 0.5) / cells
    return np.exp(-((x[:, None] - at) ** 2 + (x[None] - 0.5) ** 2) / (2 * width**2))


MODEL = np.stack([heap(0.3), heap(0.7)])


def test_the_model_and_the_exact_density_stand_side_by_side_in_one_scale():
    frames = DensityFrames(MODEL, 2 * MODEL, [0.0, 1.0], [1.0, 0.99], 128, 4)
    assert len(frames) == 2
    frame = np.asarray(frames[1].convert("L"))[:128].astype(int)
    left, right = frame[:, :128], frame[:, 128 + GAP :]
    assert left.shape == right.shape == (128, 128)
    row = int(0.7 * 128)
    assert right[row, 64] < left[row, 64] - 30  # twice as high, and darker
    assert left[30:34, 100:].min() > 240  # nothing there
    assert np.asarray(frames[0].convert("L"))[int(0.3 * 128), 64] < 150


def test_lines_are_where_the_height_passes_a_level_and_points_over_all():
    plain, lined = (np.asarray(DensityFrames(MODEL, None, [0.0, 1.0], [1.0, 1.0], 128, levels)[0]) for levels in (0, 5))
    assert plain.shape[1] == 128
    darker = (lined.astype(int).sum(2) < plain.astype(int).sum(2) - 20)[20:128]
    assert 100 < darker.sum() < 2500
    points = np.full((2, 1, 2), 0.8)
    pointed = np.asarray(DensityFrames(MODEL, None, [0.0, 1.0], [1.0, 1.0], 128, 0, points)[0]).astype(int)
    at = int(0.8 * 128)
    assert pointed[at, at, 0] > pointed[at, at, 2] + 80
