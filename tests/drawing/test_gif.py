import numpy as np
from PIL import Image

from iadb_core.drawing.gif import write_gif
from iadb_core.drawing.png import save_png


def test_the_gif_has_every_frame_loops_and_rests_on_the_last(frame_files, tmp_path):
    write_gif(tmp_path / "a.gif", frame_files, 50, 2500, 64)
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 13
        assert gif.info["loop"] == 0
        durations = []
        for index in range(gif.n_frames):
            gif.seek(index)
            durations.append(gif.info["duration"])
            shown = np.asarray(gif.convert("RGB")).astype(int)
            true = np.asarray(Image.open(frame_files[index]).convert("RGB")).astype(int)
            assert np.abs(shown - true).mean() < 4
    assert durations == [50] * 12 + [2500]


def test_white_paper_stays_white(tmp_path):
    pixels = np.full((64, 64, 3), 255, np.uint8)
    pixels[:, 40:] = np.linspace(255, 100, 24).astype(np.uint8)[:, None] - np.array([0, 0, 9], np.uint8)
    for index in range(3):
        pixels[index, :8] = 10 * index
        save_png(tmp_path / f"{index}.png", Image.fromarray(pixels))
    write_gif(tmp_path / "a.gif", [tmp_path / f"{index}.png" for index in range(3)], 50, 50, 16)
    with Image.open(tmp_path / "a.gif") as gif:
        gif.seek(2)
        assert (np.asarray(gif.convert("RGB"))[10:, :40] == 255).all()


def test_the_same_frames_give_the_same_gif(frame_files, tmp_path):
    for name in ("a.gif", "b.gif"):
        write_gif(tmp_path / name, frame_files, 50, 1000, 16)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
