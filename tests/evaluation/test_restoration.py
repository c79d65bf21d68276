"""What is measured of restored images, beside torchmetrics and what is known."""

import numpy as np
import pytest
import torch

from iadb_core.data.degradations.masks import Half
from iadb_core.data.degradations.resolution import Downsampling
from iadb_core.data.degradations.values import Noise
from iadb_core.data.degrading import Degrading
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.torchvision_import import import_torchvision
from iadb_core.evaluation.restoration import Restored, Truth, _of_each, disagreement, psnr, spread, ssim

TARGET = Dataset(name="digits", size=16, margin=0)  # network values from −1 to 1
random = np.random.default_rng(0)


def pixels(count=6, size=16):
    return random.random((count, 1, size, size)).astype(np.float32)


def truth(degradation, count=50):
    degrading = Degrading.of(degradation, TARGET)
    whole = torch.from_numpy(pixels(count)) * 2 - 1
    return Truth(TARGET, whole, (degrading, degrading(whole, torch.Generator().manual_seed(0))))


def test_psnr_is_torchmetrics_and_what_is_known():
    import_torchvision()
    from torchmetrics.functional.image import peak_signal_noise_ratio

    a, b = pixels(), pixels()
    wanted = peak_signal_noise_ratio(*map(torch.from_numpy, (a, b)), data_range=1.0, reduction="none", dim=(1, 2, 3))
    assert psnr(a, b) == pytest.approx(wanted.numpy(), rel=1e-4)
    assert psnr(a * 0, a * 0 + 0.1) == pytest.approx([20.0] * 6, rel=1e-5)
    assert psnr(a, a) == pytest.approx([100.0] * 6)


def test_ssim_is_one_of_equal_images_and_nothing_of_small_ones():
    a = pixels()
    assert ssim(a, a) == pytest.approx(np.ones(6), abs=1e-5)
    assert (ssim(a, pixels()) < 0.5).all()
    assert ssim(a[:, :, :8, :8], a[:, :, :8, :8]) is None


def test_the_spread_of_answers_is_their_standard_deviation():
    answers = 3 + 0.2 * random.standard_normal((4, 500, 1, 8, 8))
    assert np.square(spread(answers)).mean() == pytest.approx(0.04, rel=0.02)
    assert spread(np.ones((3, 5, 1, 2, 2))).tolist() == [0.0] * 5


@pytest.mark.parametrize("degradation", [Half(side="top"), Downsampling(factor=4), Half(side="left")], ids=repr)
def test_the_truth_agrees_with_what_was_seen(degradation):
    known = truth(degradation)
    assert disagreement(known.whole, *known.seen) == pytest.approx(np.zeros(50), abs=1e-6)
    shifted = known.whole + 0.2  # of network values: 0.1 of pixel values
    assert disagreement(shifted, *known.seen) == pytest.approx(np.full(50, 0.1), rel=1e-4)


def test_noise_is_what_the_truth_disagrees_by():
    for degradation in (Noise(noise=0.15), Half(side="left", noise=0.15)):
        known = truth(degradation)
        assert np.square(disagreement(known.whole, *known.seen)).mean() ** 0.5 == pytest.approx(0.15, rel=0.03)


def test_figures_are_means_over_images_and_answers_with_their_errors():
    known = truth(Half(side="left"))
    answers = torch.stack([known.whole + 0.2, known.whole - 0.2])
    figures = {figure.metric.key: figure for figure in _of_each(Restored("two", answers, 3.0), known)}
    assert set(figures) == {"psnr", "ssim", "spread", "disagreement"}
    each = np.mean([psnr(known.pixels(one), known.pixels(known.whole)) for one in answers], axis=0)
    assert figures["psnr"].value == pytest.approx(each.mean())
    assert figures["psnr"].error == pytest.approx(each.std(ddof=1) / 50**0.5)
    assert figures["psnr"].n == 50
    assert figures["disagreement"].value == pytest.approx(0.1, rel=1e-3)
    alone = {figure.metric.key for figure in _of_each(Restored("one", answers[:1], 3.0), known)}
    assert alone == {"psnr", "ssim", "disagreement"}
