import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from iadb_core.drawing.plots import captioned_figure, for_paper, plain_numbers, save_plot, save_plots
from iadb_core.system.errors import InputError


def some_plot():
    figure, (left, right) = captioned_figure(2, 1, "What to see. " * 20)
    left.plot([1, 2, 3], [1, 4, 9])
    right.plot([1, 2, 3], [1, 2, 3])
    return figure


def test_the_same_plot_is_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        save_plot(tmp_path / name, some_plot())
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_for_a_paper_a_plot_is_as_wide_as_its_column_and_has_its_caption_beside(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        save_plots(
            [tmp_path / folder / f"plot.{suffix}" for suffix in ("png", "pdf", "svg", "txt", "csv")], some_plot()
        )
    files = sorted((tmp_path / "a").iterdir())
    assert [path.suffix for path in files] == [".pdf", ".png", ".svg", ".txt"]
    assert all(path.read_bytes() == (tmp_path / "b" / path.name).read_bytes() for path in files)
    assert (tmp_path / "a" / "plot.txt").read_text() == ("What to see. " * 20).strip() + "\n"
    svg = (tmp_path / "a" / "plot.svg").read_text()
    assert re.search(r'width="([\d.]+)pt"', svg)[1] == f"{6.9 * 72:g}"
    assert "See" not in svg
    figure, _ = captioned_figure(1, 1, "One.")
    assert for_paper(figure) == "One."
    assert figure.get_size_inches()[0] == pytest.approx(3.3)
    assert figure.texts == []


def test_a_plot_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*a\.png"):
        save_plot(tmp_path / "a.png", some_plot())
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_axes_stand_row_by_row_over_the_whole_caption(tmp_path):
    caption = "A caption of many words that has to be wrapped. " * 8
    figure, axes = captioned_figure(3, 2, caption, size=(2.0, 1.5))
    assert isinstance(figure, Figure)
    assert len(axes) == 6
    assert " ".join(figure.texts[0].get_text().split()) == caption.strip()
    save_plot(tmp_path / "a.png", figure)
    boxes = [axis.get_position() for axis in axes]
    assert boxes[0].x0 < boxes[1].x0 < boxes[2].x0
    assert boxes[0].y0 == pytest.approx(boxes[1].y0)
    assert boxes[0].y0 > boxes[3].y0
    renderer = figure.canvas.get_renderer()
    below = figure.texts[0].get_window_extent(renderer)
    assert below.y1 <= min(axis.get_tightbbox(renderer).y0 for axis in axes)
    assert below.x1 <= figure.bbox.x1
    with Image.open(tmp_path / "a.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert (pixels[:, :4] == 255).all()  # nothing is cut off at the edges
    assert (pixels[-4:] == 255).all()


def test_a_logarithmic_axis_has_its_numbers_written_out(tmp_path):
    figure, (axis,) = captioned_figure(1, 1, "")
    axis.plot([1, 2], [0.02, 30])
    axis.set_yscale("log")
    plain_numbers(axis)
    save_plot(tmp_path / "a.png", figure)
    low, high = axis.get_ylim()
    labels = [label.get_text() for label in axis.get_yticklabels() if low <= label.get_position()[1] <= high]
    assert labels == ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20"]
    assert not any(label.get_text() for label in axis.get_yticklabels(minor=True))
