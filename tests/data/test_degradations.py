"""Each way to degrade images, beside what NumPy, SciPy and Pillow make of them."""

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter

from iadb_core.data.conditions import Condition, Degradations
from iadb_core.data.degradations.masks import Box, Half, RandomPixels
from iadb_core.data.degradations.resolution import Blur, Downsampling
from iadb_core.data.degradations.values import Gray, Noise

EVERY = [
    Box(size=3),
    Box(size=3, position="random"),
    RandomPixels(share=0.7),
    *(Half(side=side) for side in ("left", "right", "top", "bottom", "random")),
    Downsampling(factor=2),
    Downsampling(factor=4),
    Downsampling(factor=8),
    Blur(std=0.7),
    Noise(noise=0.2),
    Gray(),
]
SHAPE = (3, 8, 16)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def images(count=5, seed=0):
    return torch.rand(count, *SHAPE, generator=generator(seed))


@pytest.mark.parametrize("degradation", EVERY, ids=repr)
def test_every_degradation_is_linear_and_leaves_the_mean_gray_alone(degradation):
    masks = degradation.masks(5, SHAPE, generator())
    x, y = images(), images(seed=1)
    both = degradation.applied(2 * x - 3 * y, masks)
    apart = 2 * degradation.applied(x, masks) - 3 * degradation.applied(y, masks)
    assert torch.allclose(both, apart, atol=1e-5)
    ones = degradation.applied(torch.ones(5, *SHAPE), masks)
    assert torch.allclose(ones, torch.ones(()) if masks is None else masks.expand_as(ones), atol=1e-6)
    enlarged = degradation.enlarged(ones, SHAPE)
    assert enlarged.shape == (5, *SHAPE)
    assert degradation.misfit(SHAPE) is None
    assert degradation.canonical()["noise"] == degradation.noise


def test_a_box_is_in_the_centre_or_anywhere():
    centre = Box(size=4).masks(3, (1, 8, 16), generator())
    wanted = torch.ones(3, 1, 8, 16)
    wanted[:, :, 2:6, 6:10] = 0
    assert torch.equal(centre, wanted)
    anywhere = Box(size=4, position="random").masks(400, (1, 8, 16), generator())
    assert ((1 - anywhere).sum(dim=(1, 2, 3)) == 16).all()
    rows, columns = ((1 - anywhere).amax(dim=dims)[:, 0].argmax(dim=1) for dims in (3, 2))
    assert (rows.unique().tolist(), columns.unique().tolist()) == (list(range(5)), list(range(13)))
    with pytest.raises(AssertionError):
        Box(size=4).applied(images(), None)


def test_random_pixels_are_lost_as_often_as_asked():
    masks = RandomPixels(share=0.7).masks(100, (3, 8, 16), generator())
    assert masks.shape == (100, 1, 8, 16)
    assert float(masks.mean()) == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize(
    ("side", "lost"),
    [
        ("left", np.s_[:, :, :, :8]),
        ("right", np.s_[:, :, :, 8:]),
        ("top", np.s_[:, :, :4]),
        ("bottom", np.s_[:, :, 4:]),
    ],
)
def test_half_of_an_image_is_lost(side, lost):
    wanted = torch.ones(2, 1, 8, 16)
    wanted[lost] = 0
    assert torch.equal(Half(side=side).masks(2, SHAPE, generator()), wanted)
    every = Half(side="random").masks(100, SHAPE, generator())
    assert len(every.flatten(1).unique(dim=0)) == 4


def test_squares_become_their_mean():
    x = images()
    wanted = x.reshape(5, 3, 2, 4, 4, 4).mean(dim=(3, 5))
    small = Downsampling(factor=4).applied(x, None)
    assert torch.allclose(small, wanted, atol=1e-6)
    assert torch.equal(Downsampling(factor=4).enlarged(small, SHAPE)[:, :, ::4, ::4], small)


def test_the_blur_is_scipys():
    blur, x = Blur(std=1.3), images()
    wanted = gaussian_filter(x.numpy(), (0, 0, 1.3, 1.3), mode="mirror", radius=(0, 0, blur.reach, blur.reach))
    assert blur.applied(x, None).numpy() == pytest.approx(wanted, abs=1e-5)


def test_gray_is_pillows():
    pixels = (images() * 255).round().to(torch.uint8)
    wanted = [np.array(Image.fromarray(image.permute(1, 2, 0).numpy()).convert("L")) for image in pixels]
    found = Gray().applied(pixels.float(), None)
    assert found[:, 0].numpy() == pytest.approx(np.stack(wanted), abs=1)
    assert Gray().channels(SHAPE) == 1


@pytest.mark.parametrize(
    ("degradation", "said"),
    [
        (Box(size=16), "a square of 16 pixels leaves nothing of images of 8×16"),
        (Box(size=9), "a square of 9 pixels does not fit into images of 8×16"),
        (Downsampling(factor=8), None),
        (Blur(std=3.0), "a blur of 3 reaches over 9 pixels, further than images of 8"),
    ],
    ids=repr,
)
def test_what_does_not_fit_is_told(degradation, said):
    assert degradation.misfit(SHAPE) == said
    assert Downsampling(factor=8).misfit((1, 12, 16)) == "images of 12×16 pixels cannot be divided into squares of 8"
    assert "gray already" in Gray().misfit((1, 8, 8))


def test_a_condition_is_one_thing():
    condition = Condition.model_validate({"degradation": {"box": {"size": 3}}})
    assert condition.restores == Box(size=3)
    assert Condition.of(condition.canonical()).restores == Box(size=3)
    assert Condition.model_validate({"label": {}}).restores is None
    for section, wrong in (
        (Condition, {}),
        (Condition, {"label": {}, "degradation": {"gray": {}}}),
        (Degradations, {}),
        (Degradations, {"gray": {}, "noise": {"noise": 0.1}}),
    ):
        with pytest.raises(ValueError, match="give exactly one of"):
            section.model_validate(wrong)
