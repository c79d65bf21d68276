"""Draw the density pictures that ship with the project: python resources/densities/draw.py [FOLDER]

Each is 256×256, 8-bit gray, but for one in colour; bright is dense. Coordinates below are in [0, 1]: x to the right, y
downwards.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

SIZE, FINE = 256, 1024


def grid() -> tuple[np.ndarray, np.ndarray]:
    centres = (np.arange(SIZE) + 0.5) / SIZE
    x, y = np.meshgrid(centres, centres)
    return x, y


def bumps(centres: np.ndarray, std: float) -> np.ndarray:
    x, y = grid()
    cx, cy = centres.T[:, :, None, None]
    return np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * std**2)).sum(axis=0)


def on_circle(count: int, radius: float) -> np.ndarray:
    angle = 2 * np.pi * np.arange(count) / count
    return 0.5 + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def blob() -> np.ndarray:
    return bumps(np.array([[0.5, 0.5]]), 0.13)


def eight_gaussians() -> np.ndarray:
    return bumps(on_circle(8, 0.34), 0.035)


def rings() -> np.ndarray:
    x, y = grid()
    radius = np.hypot(x - 0.5, y - 0.5)
    radii = np.array([0.12, 0.25, 0.38])[:, None, None]
    return np.exp(-((radius - radii) ** 2) / (2 * 0.012**2)).sum(axis=0)


def checkerboard() -> np.ndarray:
    x, y = grid()
    inside = (abs(x - 0.5) < 0.42) & (abs(y - 0.5) < 0.42)
    squares = np.floor((x - 0.08) / 0.21) + np.floor((y - 0.08) / 0.21)
    return inside * (squares % 2 == 0)


def moons() -> np.ndarray:
    angle = np.linspace(0, np.pi, 400)
    upper = np.stack([0.39 + 0.25 * np.cos(angle), 0.54 - 0.25 * np.sin(angle)], axis=1)
    return bumps(np.concatenate([upper, 1 - upper]), 0.022)


def stroke(points: np.ndarray, width: float) -> np.ndarray:
    picture = Image.new("L", (FINE, FINE))
    draw = ImageDraw.Draw(picture)
    for x, y in points * FINE:
        draw.circle((x, y), width * FINE / 2, fill=255)
    return shrunk(picture)


def spiral() -> np.ndarray:
    angle = np.linspace(0.8, 5.2 * np.pi, 4000)
    radius = 0.41 * angle / angle[-1]
    return stroke(0.5 + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), 0.045)


def polygon(corners: list[tuple[float, float]]) -> np.ndarray:
    picture = Image.new("L", (FINE, FINE))
    ImageDraw.Draw(picture).polygon([(x * FINE, y * FINE) for x, y in corners], fill=255)
    return shrunk(picture)


def square() -> np.ndarray:
    return polygon([(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)])


def triangle() -> np.ndarray:
    return polygon([(0.5, 0.14), (0.9, 0.82), (0.1, 0.82)])


def word() -> np.ndarray:
    picture = Image.new("L", (FINE, FINE))
    font = ImageFont.truetype(str(Path(get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf")), round(0.34 * FINE))
    ImageDraw.Draw(picture).text((FINE / 2, FINE / 2), "IADB", fill=255, font=font, anchor="mm")
    return shrunk(picture)


def shrunk(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.BOX), dtype=np.float64)


def trefoil() -> np.ndarray:
    """Three arcs that lie over each other at their ends, in red, green and blue: a class each."""
    arcs = []
    for turn in range(3):
        angle = 2 * np.pi * (turn / 3 + np.linspace(-0.06, 0.42, 600))
        radius = 0.36 - 0.2 * np.linspace(0, 1, 600)
        arcs.append(stroke(0.5 + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), 0.06))
    return np.stack(arcs, axis=-1)


PICTURES = (blob, spiral, rings, checkerboard, moons, eight_gaussians, word, square, triangle, trefoil)


def main(folder: Path) -> None:
    for picture in PICTURES:
        density = picture()
        pixels = (density / density.max() * 255).round().astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{picture.__name__}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
