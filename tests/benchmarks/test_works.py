"""The works that are timed."""

import pytest
import torch

from benchmarks import run, works

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("precision", "reduced", "bars"),
    [(torch.float32, False, (1.2, None, None)), (torch.bfloat16, True, (2.5, 4, 2.3))],
)
def test_what_is_asked_and_compared_depends_on_the_processor(monkeypatch, tmp_path, precision, reduced, bars):
    monkeypatch.setattr(works, "choose_precision", lambda *_, **__: precision)
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
