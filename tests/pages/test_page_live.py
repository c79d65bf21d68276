"""A U-net that runs in the page of its samples."""

import numpy as np
import pytest
import torch
from browsing import needs_browser, opened
from hostile import HOSTILE
from test_gallery_page import TARGET, constant, training
from test_page_unet import network_of

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.method.integration import solver_of
from iadb_core.networks import checkpoint
from iadb_core.networks.residual import Residual
from iadb_core.networks.settings import UNCONDITIONAL, Conditions
from iadb_core.networks.unet import UNet
from iadb_core.pages import live
from iadb_core.pages.gallery import Way, gallery_page
from iadb_core.pages.live import packed_live
from iadb_core.sampling.settings import Autoguidance, Guidance, Sampling

SHAPE, WIDTH = (1, 8, 8), 8
NOISE = Gaussian(mean=0.1, std=0.9)
LABELLED = {"classes": [HOSTILE, "other"], "condition": {"label": {"drop": 0.1}}}
ALWAYS = {"classes": [HOSTILE, "other"], "condition": {"label": {"drop": 0.0}}}


def saved(folder, conditions=UNCONDITIONAL, settings=None, network=None, sizes=None):
    """The file of a model, and the model."""
    network = network or network_of(SHAPE, WIDTH, conditions)
    path = folder / "model.pt"
    checkpoint.save(path, network, sizes or UNet(width=WIDTH), SHAPE, settings or {}, 0, 1, conditions=conditions)
    return str(path), network


def page_of(folder, path, **sampling):
    """A page in which a model runs."""
    ways = [Way("euler", nfe, [0.0, 1.0], [constant(0.0), constant(1.0)]) for nfe in (1, 4)]
    ways.append(Way("midpoint", 4, [0.0, 1.0], [constant(0.0), constant(1.0)]))
    shown = packed_live(path, NOISE, TARGET, Sampling(**sampling))
    assert shown
    page = folder / "explore.html"
    page.write_text(gallery_page("a", "b", TARGET, ways, training, np.zeros((4, 1, 8, 8)), shown), "utf-8")
    return page


def made(own):
    """What the network has made, and from what: (8, 8) each."""
    own.until("explored.live.made")
    found = own.value("[explored.live.made, explored.live.pixels].map((values) => Array.from(values))")
    return [torch.tensor(values).view(8, 8) for values in found]


def noise(own, seed):
    return torch.tensor(own.value(f"Array.from(iadb.noiseOf({seed}, 64, {{ mean: 0.1, std: 0.9 }}))")).view(8, 8)


@needs_browser
def test_what_is_drawn_is_blended_with_noise_and_carried_on_by_the_network_as_in_python(tmp_path):
    path, network = saved(tmp_path)
    with opened(page_of(tmp_path, path), "#solver=midpoint&nfe=4&noise=5") as own:
        ends, pixels = made(own)
        assert not pixels.any()
        own.page.locator("#live").scroll_into_view_if_needed()
        box = own.page.locator("#live-drawing").bounding_box()
        own.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
        own.page.mouse.down()
        own.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
        own.page.mouse.up()
        own.until("explored.live.made && explored.state.blend === 0.5")
        other, pixels = made(own)
        assert pixels[4, 1:7].min() > 0.5
        assert pixels[[0, 1, 6, 7]].max() == 0
        x0 = noise(own, 5)
        assert abs(x0.mean() - 0.1) < 0.4
        for found, blend, drawn in ((ends, 0.0, 0 * pixels), (other, 0.5, pixels)):
            x = torch.lerp(x0, 2 * drawn - 1, blend)
            alphas = [blend, (1 + blend) / 2, 1.0]
            *_, (_, expected) = solver_of("midpoint")(network, x[None, None], alphas)
            assert (found - expected[0, 0]).abs().max() < 1e-4
        shown = own.value("document.getElementById('live-made').getContext('2d').getImageData(0, 0, 8, 8).data[4 * 9]")
        assert shown == pytest.approx(float(127.5 * (1 + other[1, 1])) // 1, abs=1) or not -1 < other[1, 1] < 1
        address = own.page.url.partition("#")[2]
        assert "noise=5&blend=0.5" in address
        assert own.page.inner_text("#live-said").startswith("4 evaluations of the network in")
        own.page.click("#live-noise")
        own.until("explored.live.made && explored.state.noise === 6")
        assert (made(own)[0] - other).abs().max() > 0.01
        own.page.click("#live-clear")
        own.until("explored.live.made && explored.state.blend === 0")
        assert not made(own)[1].any()
        own.page.locator("#view").focus()
        for _ in range(9):
            own.page.keyboard.press("ArrowDown")
        own.page.click("#live-take")
        own.until("explored.live.made && explored.state.blend === 0.5")
        assert made(own)[1].numpy() == pytest.approx(0.9, abs=0.01)  # the tenth sample, all of one brightness
        assert own.said == []
        assert all(asked.startswith(("file:", "data:")) for asked in own.asked)


@needs_browser
@pytest.mark.parametrize("settings", [LABELLED, ALWAYS], ids=["any or one", "always one"])
def test_it_is_told_a_class_and_guided_towards_it(tmp_path, settings):
    path, network = saved(tmp_path, Conditions(classes=2), settings)
    page = page_of(tmp_path, path, guidance=Guidance(weight=2.0, interval=[0.0, 0.5]))
    with opened(page, "#solver=euler&nfe=4&class=9") as own:
        first = made(own)[0]
        names = own.value("Array.from(document.getElementById('live-told').options, (option) => option.text)")
        assert names == [*(["any"] if settings is LABELLED else []), HOSTILE, "other"]
        own.page.select_option("#live-told", label="other")
        own.until("explored.live.made && explored.state.told === 1")
        guided = made(own)[0]
        assert own.page.inner_text("#live-said").startswith("7 evaluations")  # at α = 0, ¼ and ½ two
        x0 = noise(own, 1)[None, None]

        def field(x, alpha):
            told = network(x, alpha, torch.tensor([1]))
            free = network(x, alpha, torch.tensor([2]))
            return free + 2 * (told - free) if alpha[0] <= 0.5 else told

        *_, (_, expected) = solver_of("euler")(field, x0, [0, 0.25, 0.5, 0.75, 1])
        assert (guided - expected[0, 0]).abs().max() < 1e-4
        assert (guided - first).abs().max() > 1e-3
        assert own.said == []


@needs_browser
@pytest.mark.parametrize("width", [360, 1600])
def test_it_fits_and_is_accessible(tmp_path, width):
    from axe_playwright_python.sync_playwright import Axe

    path, _ = saved(tmp_path, Conditions(classes=2), LABELLED)
    view = {"width": width, "height": 900}
    with opened(page_of(tmp_path, path), "#blend=7&noise=x", viewport=view, bypass_csp=True) as own:
        made(own)
        assert own.value("document.documentElement.scrollWidth") <= width
        found = Axe().run(own.page)
        assert found.violations_count == 0, found.generate_report()


def test_what_no_page_can_run_is_not_put_into_one(tmp_path, monkeypatch):
    path, _ = saved(tmp_path)
    target = Dataset(name="digits", size=8, scaling=[[0.5, 0.5]])
    assert packed_live(path, NOISE, TARGET, Sampling())["scaling"] == {"zero": 0.5, "unit": 0.5}
    assert packed_live(path, target, TARGET, Sampling()) is None  # no noise
    assert packed_live(path, NOISE, TARGET, Sampling(autoguidance=Autoguidance(**{"from": "weak"}, weight=2))) is None
    scaled = Guidance(weight=2.0, optimised_scale=True)
    assert packed_live(path, NOISE, TARGET, Sampling(guidance=scaled)) is None
    monkeypatch.setattr(live, "MOST_PARAMETERS", 100)
    assert packed_live(path, NOISE, TARGET, Sampling()) is None
    sizes = Residual(width=8, multipliers=[1, 2])
    other, _ = saved(tmp_path, network=sizes.network(SHAPE), sizes=sizes)
    assert packed_live(other, NOISE, TARGET, Sampling()) is None
