"""Pictures side by side over a caption: contact sheets, maps, and images with their neighbours."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from PIL import Image, ImageDraw

from iadb_core.drawing.colours import INK
from iadb_core.drawing.frames import font

GAP, MARGIN = 8, 12
TITLE_SIZE, CAPTION_SIZE, LEAST_WIDTH = 15, 14, 320


def side_by_side(pictures: Sequence[Image.Image], titles: Sequence[str], columns: int, caption: str) -> Image.Image:
    """Pictures of one size in rows, each under its title, over a caption. RGB."""
    width, height = pictures[0].size
    width = max(width, *(ceil(font(TITLE_SIZE).getlength(word)) for title in titles for word in title.split()))
    rows = -(-len(pictures) // columns)
    titled = [_wrapped(title, width, TITLE_SIZE) for title in titles]
    above = max(map(len, titled)) * (TITLE_SIZE + 4)
    cell = height + above + GAP
    total = max(columns * (width + GAP) - GAP, LEAST_WIDTH) + 2 * MARGIN
    lines = _wrapped(caption, total - 2 * MARGIN, CAPTION_SIZE)
    text = len(lines) * (CAPTION_SIZE + 5) + MARGIN
    sheet = Image.new("RGB", (total, rows * cell + 2 * MARGIN + text), (255, 255, 255))
    draw = ImageDraw.Draw(sheet)
    for index, (picture, title) in enumerate(zip(pictures, titled, strict=True)):
        left, top = MARGIN + index % columns * (width + GAP), MARGIN + index // columns * cell + above
        for number, line in enumerate(reversed(title), start=1):
            draw.text((left, top - number * (TITLE_SIZE + 4)), line, INK, font(TITLE_SIZE))
        sheet.paste(picture.convert("RGB"), (left, top))
    for number, line in enumerate(lines):
        draw.text((MARGIN, rows * cell + MARGIN + number * (CAPTION_SIZE + 5)), line, INK, font(CAPTION_SIZE))
    return sheet


def _wrapped(text: str, width: int, size: int) -> list[str]:
    """Text in lines of at most `width` pixels, in letters of a size."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font(size).getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def enlarged(images: np.ndarray, columns: int, size: int) -> Image.Image:
    """Images, (count, 1 or 3, height, width) in [0, 1], in rows of `columns`, each enlarged to about `size` pixels."""
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    padded = np.zeros((rows * columns, channels, height, width), images.dtype)
    padded[:count] = images
    grid = padded.reshape(rows, columns, channels, height, width).transpose(0, 3, 1, 4, 2)
    pixels = (grid.reshape(rows * height, columns * width, channels) * 255).round().astype(np.uint8)
    picture = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
    factor = max(1, round(size / height))
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def interleaved(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Two arrays of images, taken in turn: left 0, right 0, left 1, …"""
    return np.stack([left, right], axis=1).reshape(-1, *left.shape[1:])
