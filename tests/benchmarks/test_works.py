"""The works that are timed."""

import pytest
import torch

from benchmarks import folders, run, works
from benchmarks.works import base

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("precision", "reduced", "bars"),
    [(torch.float32, False, (1.2, None, None)), (torch.bfloat16, True, (2.5, 4, 2.3))],
)
def test_what_is_asked_and_compared_depends_on_the_processor(monkeypatch, tmp_path, precision, reduced, bars):
    monkeypatch.setattr(base, "choose_precision", lambda *_, **__: precision)
    benchmarks = works.Benchmarks(CPU, tmp_path, tmp_path, quick=False)
    training, sampling = benchmarks.mnist_training(), benchmarks.mnist_sampling()
    assert (training.bar, sampling.bar, benchmarks.bars.get("mnist.gif")) == bars
    assert ("recipe, autocast" in training.ways) == ("recipe, autocast" in sampling.ways) == reduced
    assert (run.left_out("mnist_training_in_float32", benchmarks) == "") == reduced
    assert benchmarks.plane_training().bar == 1.7


def test_a_quick_contest_has_only_what_its_ratio_and_its_limit_need(tmp_path):
    benchmarks = works.Benchmarks(CPU, tmp_path, tmp_path, quick=True)
    assert list(benchmarks.mnist_training().ways) == list(benchmarks.plane_training().ways) == ["ours", "plain recipe"]
    assert list(benchmarks.frames().ways) == ["ours", "plain recipe", "zlib alone"]
    gif = benchmarks.gif()
    assert list(gif.ways) == ["ours", gif.baseline, gif.bound_by]


def test_both_ways_read_every_image_of_a_folder(tmp_path):
    small = folders.SMALL._replace(width=16, height=12, side=8, detail=4)
    for images in (small, folders.PHOTOGRAPHS._replace(width=20, height=15, side=8, detail=4)):
        for way in folders.WAYS.values():
            assert way(images, 30, tmp_path)() == 30
    assert len(list((tmp_path / "png-30").rglob("*.png"))) == 30
    benchmarks = works.Benchmarks(CPU, tmp_path, tmp_path, quick=False)
    assert (benchmarks.small_images().bar, benchmarks.photographs().bar) == (1.5, 1.5)
