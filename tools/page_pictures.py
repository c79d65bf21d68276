"""The pictures of explore.html in docs/, made anew after the page was changed.

python tools/page_pictures.py results/densities/explore.html docs writes docs/explore*.png and docs/explore.gif.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from page_states import pictured
from PIL import Image
from PIL.Image import Resampling

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from browsing import Opened, opened

PICTURES = {  # width and height of the window, and of the picture's width
    "explore": (1500, 950, 1500),
    "explore-360": (360, 1400, 360),
    "explore-1000": (1000, 1000, 1000),
    "explore-2560": (2560, 1200, 1600),
}
FILM = {"width": 1200, "height": 880}
FILM_SIZE, FRAME_MS, HELD = (600, 440), 120, 8  # milliseconds; frames for which what is to be read is held
LETTER = [(0.22, 0.2), (0.3, 0.8), (0.5, 0.5), (0.7, 0.8), (0.78, 0.2)]  # that is painted, as shares of the canvas


def still(path: Path, width: int, height: int, shown: int) -> Image.Image:
    """The fourth step, at a size."""
    with opened(path, "", viewport={"width": width, "height": height}) as own:
        own.settled()
        own.page.click("button[data-step='4']")
        own.settled()
        own.page.check("#show-paths")
        own.page.click("button[data-try='midpoint']")
        own.settled()
        own.page.wait_for_timeout(500)
        own.value("(window.scrollTo(0, 0), null)")
        made = pictured(own.page)
    return made.resize((shown, shown * made.height // made.width), Resampling.LANCZOS)


def seen(own: Opened) -> Image.Image:
    """The page from its top."""
    own.value("(window.scrollTo(0, 0), null)")
    own.page.wait_for_timeout(150)
    return pictured(own.page)


def moved(own: Opened, alphas: list[float]) -> Iterator[Image.Image]:
    """The page at each α."""
    for alpha in alphas:
        own.page.fill("#alpha", f"{alpha:.2f}")
        own.settled()
        yield seen(own)


def painted(own: Opened) -> Iterator[Image.Image]:
    """The page while a letter is painted."""
    page = own.page
    page.check("#draw")
    yield seen(own)
    box = page.locator("#view").bounding_box()
    assert box is not None
    places = [(box["x"] + right * box["width"], box["y"] + down * box["height"]) for right, down in LETTER]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=12)
        page.wait_for_timeout(150)
        yield pictured(page)
    page.mouse.up()


def film(path: Path) -> Iterator[Image.Image]:
    """The page in use, picture by picture."""
    forward = [number / 12 for number in range(13)]
    with opened(path, "", viewport=FILM) as own:
        own.settled()
        own.page.click("button[data-step='2']")
        own.settled()
        yield from moved(own, [0.1, 0.3, 0.5, 0.7, 0.9])
        own.page.click("button[data-step='3']")
        own.page.click("#play")
        own.settled()
        yield from moved(own, forward)
        own.page.click("button[data-step='4']")
        for tried in ("euler", "midpoint"):
            own.page.click(f"button[data-try='{tried}']")
            own.settled()
            yield from [seen(own)] * HELD
        own.page.click("button[data-step='5']")
        own.settled()
        own.until("explored.traced.trace?.around")
        yield from [seen(own)] * HELD
        own.page.click("button[data-step='5']")
        yield from painted(own)
        own.settled()
        yield from moved(own, forward)
        yield from [seen(own)] * HELD


def main(path: Path, folder: Path) -> None:
    """Write the pictures and the film."""
    for name, size in PICTURES.items():
        still(path, *size).quantize(256).save(folder / f"{name}.png", optimize=True)
    frames = [made.resize(FILM_SIZE, Resampling.LANCZOS) for made in film(path)]
    colours = frames[len(frames) // 2].quantize(96)
    first, *others = [frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in frames]
    first.save(folder / "explore.gif", save_all=True, append_images=others, duration=FRAME_MS, loop=0, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
