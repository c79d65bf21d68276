"""explore.html of images: what it keeps, and what it shows in a real browser."""

import base64
import io
import json
import re

import numpy as np
import pytest
import torch
from browsing import needs_browser, opened
from PIL import Image

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.pages.gallery import FRAMES, Way, gallery_page
from iadb_core.system.errors import InputError

TARGET = Dataset(name="digits", size=8, scaling=[[0.5, 0.5]])
HOSTILE = "</script><img src=x onerror=alert(1)>"


def constant(value):
    """Ten images of one brightness each, network values from −1 to 1: of the sample's number and the value."""
    numbers = torch.arange(10).view(10, 1, 1, 1) / 10
    return (numbers * value * 2 - 1).expand(10, 1, 8, 8).contiguous()


def training(images):
    """A bright training image for each, at a distance that is its number."""
    return np.ones_like(images), np.arange(len(images), dtype=float)


@pytest.fixture(scope="module")
def page():
    states = [constant(value) for value in (0.0, 0.25, 1.0)]
    ways = [
        Way("euler", 1, [0.0, 1.0], states[::2]),
        Way("euler", 2, [0.0, 0.5, 1.0], states),
        Way("map", 1, [0.0, 1.0], states[::2]),
    ]
    return gallery_page(HOSTILE, f"about {HOSTILE}", TARGET, ways, training, np.zeros((4, 1, 8, 8)))


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])


def decoded(address):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))


def test_its_frames_are_the_states_and_what_lies_between_them(page):
    one, two, _ = data_of(page)["ways"]
    assert len(one["frames"]) == FRAMES
    of_last = 8 + 8 // 2, 2 * 8 + 8 // 2  # sample 9: row 1 of column 2, of four rows
    for way, alpha, value in (
        (one, 1.0, 1.0),
        (one, 0.5, 0.5),
        (two, 0.5, 0.25),
        (two, 0.25, 0.125),
        (two, 0.75, 0.625),
    ):
        frame = decoded(way["frames"][round(alpha * (FRAMES - 1))])
        assert frame.shape == (32, 24)
        assert frame[of_last] == pytest.approx(0.9 * value * 255, abs=1.5)
    assert two["distances"] == list(range(10))
    assert decoded(two["nearest"])[of_last] == 255


def test_without_a_way_there_is_no_page():
    with pytest.raises(InputError, match="needs a way"):
        gallery_page("a", "b", TARGET, [], training, np.zeros((4, 1, 8, 8)))


@needs_browser
def test_a_sample_is_chosen_by_pointer_and_keys_and_solvers_by_their_controls(page, tmp_path):
    (tmp_path / "explore.html").write_text(page, "utf-8")
    with opened(tmp_path / "explore.html") as own:
        own.until("explored.shown")
        assert own.page.inner_text("h1") == HOSTILE
        box = own.page.locator("#view").bounding_box()
        own.page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.3 * box["height"])
        own.until("document.getElementById('own-told').textContent.startsWith('sample 10')")
        assert "9.00 away; mean of all 4.50, of held-out images 1.50" in own.page.inner_text("#nearest-told")
        own.page.mouse.down()
        own.page.mouse.up()
        own.page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
        own.page.wait_for_timeout(200)
        assert own.page.inner_text("#own-told").startswith("sample 10")  # a click keeps it
        own.page.focus("#view")
        own.page.keyboard.press("ArrowUp")
        own.until("document.getElementById('own-told').textContent.startsWith('sample 9')")
        own.page.select_option("#solver", "euler")
        own.page.locator("#nfe").fill("1")
        own.page.locator("#alpha").fill("0.5")
        own.until("document.getElementById('nfe-value').textContent === '2'")
        own.page.wait_for_timeout(300)
        pixel = own.value(
            "Array.from(document.getElementById('own').getContext('2d').getImageData(128, 128, 1, 1).data)"
        )
        assert pixel[0] == pytest.approx(0.8 * 0.25 * 255, abs=3)
        address = own.page.url.partition("#")[2]
        assert own.said == []
    with opened(tmp_path / "explore.html", f"#{address}") as other:
        other.until("explored.shown")
        assert other.page.inner_text("#own-told") == "sample 9 at α = 0.50"
        other.page.click("#play")
        other.until("explored.state.alpha === 1")
        assert all(asked.startswith(("file:", "data:")) for asked in other.asked)


@needs_browser
def test_what_is_chosen_last_is_shown_whatever_is_decoded_last(page, tmp_path):
    (tmp_path / "explore.html").write_text(page, "utf-8")
    with opened(tmp_path / "explore.html", "#solver=euler&nfe=1&sample=9&alpha=1") as own:
        own.until("explored.shown")
        for _ in range(3):
            own.value("(explored.pictures.clear(), explored.choose({ alpha: 0.3 }), explored.choose({ alpha: 1 }))")
            own.page.wait_for_timeout(300)
            pixel = own.value("document.getElementById('own').getContext('2d').getImageData(128, 128, 1, 1).data[0]")
            assert pixel == pytest.approx(0.9 * 255, abs=3)


@needs_browser
@pytest.mark.parametrize("width", [360, 1600])
def test_it_fits_and_is_accessible(page, tmp_path, width):
    from axe_playwright_python.sync_playwright import Axe

    (tmp_path / "explore.html").write_text(page, "utf-8")
    with opened(
        tmp_path / "explore.html", "#way=x&sample=-4", viewport={"width": width, "height": 900}, bypass_csp=True
    ) as own:
        own.until("explored.shown")
        assert own.value("document.documentElement.scrollWidth") <= width
        found = Axe().run(own.page)
        assert found.violations_count == 0, found.generate_report()
