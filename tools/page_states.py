"""Sheets of explore.html in each of its states, at three sizes, to be looked at after the page was changed.

python tools/page_states.py results/densities/explore.html docs writes docs/states-<width>.png.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from PIL.Image import Resampling
from playwright.sync_api import Page

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from browsing import opened

SIZES = {360: (740, 240, 7), 1000: (800, 380, 5), 2560: (1300, 560, 4)}  # height, width in the sheet, columns
START = "start=0.45,0.35"
STATES = {
    "as it opens": "",
    "by the exact field": "by=exact&solver=midpoint&nfe=32",
    "by chance": "by=chance",
    "pairs, half way": "by=pairs&alpha=0.5",
    "paths": "show=points,paths",
    "field, half way": "show=points,field&alpha=0.5",
    "source and target": "show=points,source,target&alpha=0",
    "density": "show=density,target",
    "one start, Euler, 4": f"solver=euler&nfe=4&{START}",
    "dopri5": "solver=dopri5&tolerance=0.001",
    "backward": "backward=true&show=points,source",
}
STEPS = {f"step {number}": number for number in range(1, 6)}
DRAWN, DARK = "a drawn target", "dark"
CAPTION = 22


def pictured(page: Page) -> Image.Image:
    """What is on the screen."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def painted(page: Page) -> None:
    """Paint a stroke across the picture."""
    page.check("#draw")
    page.locator("#view").scroll_into_view_if_needed()
    box = page.locator("#view").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.6 * box["height"], steps=10)
    page.mouse.up()


def states(path: Path, width: int, height: int) -> dict[str, Image.Image]:
    """A picture of each state, by its name."""
    found = {}
    viewport = {"width": width, "height": height}
    for name, address in {**STATES, **dict.fromkeys(STEPS, ""), DRAWN: "", DARK: "show=points,paths"}.items():
        scheme = "dark" if name == DARK else "light"
        with opened(path, f"#{address}", viewport=viewport, color_scheme=scheme) as own:
            own.until("globalThis.explored && explored.computed")
            if name == DRAWN:
                painted(own.page)
            elif name in STEPS:
                own.settled()
                own.page.click(f"button[data-step='{STEPS[name]}']")
                own.page.wait_for_timeout(1500)
            own.settled()
            own.page.wait_for_timeout(300)
            own.value("(window.scrollTo(0, 0), null)")
            found[name] = pictured(own.page)
            assert own.said == [], own.said
    return found


def sheet(pictures: dict[str, Image.Image], width: int, columns: int) -> Image.Image:
    """Pictures of one size in rows, each under its name."""
    small = {
        name: own.resize((width, width * own.height // own.width), Resampling.LANCZOS) for name, own in pictures.items()
    }
    height = next(iter(small.values())).height + CAPTION
    whole = Image.new("RGB", (columns * (width + 8), -(-len(small) // columns) * (height + 8)), "white")
    drawing = ImageDraw.Draw(whole)
    for number, (name, own) in enumerate(small.items()):
        x, y = number % columns * (width + 8), number // columns * (height + 8)
        drawing.text((x + 2, y + 3), name, fill="black", font_size=14)
        whole.paste(own, (x, y + CAPTION))
    return whole


def main(path: Path, folder: Path) -> None:
    """Write a sheet for each size."""
    for width, (height, shown, columns) in SIZES.items():
        made = sheet(states(path, width, height), shown, columns)
        made.quantize(256).save(folder / f"states-{width}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
