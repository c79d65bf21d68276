"""Reading the images of a folder: by several threads, a part at a time, with an account of what was read."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from iadb_core.data.formats import FORMATS, SUFFIXES
from iadb_core.data.holding_out import tenth, warn_of_a_single_image
from iadb_core.data.listing import Entry, Listing, listed
from iadb_core.data.opening import opened, over, shown, without_palette
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress, log, log_in_file

AT_ONCE = 512  # images that are decoded before they are stored
NAMED = 3  # broken files that are named on the screen; the log has all
DRAFT = 2  # a JPEG is decoded at no less than so many times the size that is wanted
FEW_BITS = 2**12  # 16-bit values of which none is larger are likely 12-bit ones
PLAIN = ("L", "RGB")  # modes in which nothing has to be done but resizing
UNREADABLE = "no image by its content"


class Wanted(NamedTuple):
    """How images are wanted. background: the gray value, 0 to 255, under transparent pixels."""

    size: int
    channels: int
    background: int
    max_pixels: int


class ReadImage(NamedTuple):
    """An image as it is stored, (channels, size, size), uint8, and what is told of it."""

    pixels: np.ndarray
    kind: str
    sides: tuple[int, int]
    largest_of_16_bits: int | None


class FolderImages:
    """The images of a folder, not read yet. Raises InputError if there are none.

    paths: of the images, in the order of their names. left_out: other files, by the reason.
    """

    def __init__(self, folder: str, wanted: Wanted) -> None:
        self.folder, self.wanted = folder, wanted
        listing = listed(folder)
        self.paths, self.left_out = _images_of(listing)
        if not self.paths:
            raise InputError(
                f"{shown(folder)}: no images in this folder{_told(self.left_out)}; "
                f"put {', '.join(sorted(SUFFIXES))} files there"
            )

    def __len__(self) -> int:
        return len(self.paths)

    def split(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Which images are trained on, and which are held out, ascending."""
        return tenth(len(self), seed)

    def fill(self, train: np.ndarray, held_out: np.ndarray, seed: int, threads: int) -> None:
        """Read them into two arrays, (images, channels, size, size), uint8, by the `split`. Logs what was read.

        Raises InputError, naming the broken ones, if there are any.
        """
        split, account = self.split(seed), _Account(self)
        rows = np.full((2, len(self)), -1)
        for part, chosen in zip(rows, split, strict=True):
            part[chosen] = np.arange(len(chosen))
        with Progress(len(self), "images") as progress, ThreadPoolExecutor(threads) as pool:
            for which, found in self._read(pool):
                account.take(found)
                for index, one in zip(which, found, strict=True):
                    for array, row in zip((train, held_out), rows[:, index], strict=True):
                        if isinstance(one, ReadImage) and row >= 0:
                            array[row] = one.pixels
                progress.update(len(which))
        account.tell(*split)

    def _read(self, pool: ThreadPoolExecutor) -> Iterator[tuple[range, list["ReadImage | InputError"]]]:
        for first in range(0, len(self), AT_ONCE):
            which = range(first, min(first + AT_ONCE, len(self)))
            yield which, list(pool.map(self._one, (self.paths[index] for index in which)))

    def _one(self, path: str) -> "ReadImage | InputError":
        try:
            return read_image(path, self.wanted)
        except InputError as error:
            return error


def _images_of(listing: Listing) -> tuple[list[str], dict[str, list[str]]]:
    """The paths of images, and what is left out: files whose names do not tell are looked into."""
    uncertain = [entry for entry in listing.images if not entry.certain]
    with ThreadPoolExecutor() as pool:
        none = {entry.path for entry, image in zip(uncertain, pool.map(_is_image, uncertain), strict=True) if not image}
    left_out = dict(listing.left_out)
    if none:
        left_out[UNREADABLE] = sorted(none)
    return [entry.path for entry in listing.images if entry.path not in none], left_out


def _is_image(entry: Entry) -> bool:
    try:
        with Image.open(entry.path, formats=tuple(FORMATS)):
            return True
    except Exception:  # Pillow's decoders raise nearly every exception on what they cannot read
        return False


def read_image(path: str, wanted: Wanted) -> ReadImage:
    """The middle square of an image, as it is shown, resized. Raises InputError if it cannot be read."""
    with opened(path, wanted.max_pixels) as picture:
        kind, sides = str(picture.format), picture.size
        if kind == "JPEG":  # decoded at a fraction of its size, where that is enough
            scale = DRAFT * wanted.size / min(sides)
            picture.draft(None, (ceil(sides[0] * scale), ceil(sides[1] * scale)))
        ImageOps.exif_transpose(picture, in_place=True)
        image, largest = without_palette(picture), None
        if image.mode not in PLAIN:
            image, largest = _over_background(image, path, wanted.background)
        size = (wanted.size, wanted.size)
        square = ImageOps.fit(image.convert("L" if wanted.channels == 1 else "RGB"), size, Image.Resampling.LANCZOS)
    stored = np.asarray(square).reshape(*size, wanted.channels).transpose(2, 0, 1)
    return ReadImage(stored, kind, sides, largest)


def _over_background(picture: Image.Image, path: str, background: int) -> tuple[Image.Image, int | None]:
    """A picture of 16 bits, or with transparent pixels, as gray or RGB; and the largest of its values of 16 bits.

    Raises InputError if its values have no known range.
    """
    pixels, largest = np.asarray(picture), None
    if picture.mode.startswith("I;16"):
        largest = int(pixels.max())
        pixels = pixels / 257
    elif pixels.dtype != np.uint8:
        raise InputError(f"{shown(path)}: pixels of mode {picture.mode} have no known range; save it as 8 or 16 bits")
    flat = over(pixels, picture.mode, background).round().astype(np.uint8)  # (height, width, 1 or 3)
    return Image.fromarray(flat[..., 0] if flat.shape[-1] == 1 else flat), largest


class _Account:
    """What is known of images that have been read, to be told at the end."""

    def __init__(self, images: FolderImages) -> None:
        self.images = images
        self.kinds: Counter[str] = Counter()
        self.broken: list[str] = []
        self.digests: list[bytes] = []
        self.least, self.most = (2**31, 2**31), (0, 0)
        self.constant, self.of_16_bits, self.largest = 0, 0, 0

    def take(self, found: Sequence["ReadImage | InputError"]) -> None:
        """Some more that were read, or were not."""
        for one in found:
            if not isinstance(one, ReadImage):
                self.broken.append(str(one))
                continue
            self.kinds[one.kind] += 1
            self.least, self.most = min(self.least, one.sides), max(self.most, one.sides)
            self.constant += int(one.pixels.min() == one.pixels.max())
            self.digests.append(hashlib.blake2b(one.pixels.tobytes(), digest_size=16).digest())
            if one.largest_of_16_bits is not None:
                self.of_16_bits += 1
                self.largest = max(self.largest, one.largest_of_16_bits)

    def tell(self, trained: np.ndarray, held_out: np.ndarray) -> None:
        """Log what was read, and warn of what is likely not meant. Raises InputError if there are broken ones."""
        count = len(self.images)
        if count == 1:
            warn_of_a_single_image()
        for reason, paths in self.images.left_out.items():
            log.info("%s left out, %s: %s", f"{len(paths):,}", reason, _named(paths))
        if self.broken:
            for said in self.broken:
                log_in_file(said)
            more = f"; and {len(self.broken) - NAMED} more, which the log names" if len(self.broken) > NAMED else ""
            raise InputError(
                f"{len(self.broken)} of {count} images are broken, repair or remove them: "
                f"{'; '.join(self.broken[:NAMED])}{more}"
            )
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in self.kinds.most_common())
        sides = " to ".join(f"{width}×{height}" for width, height in dict.fromkeys((self.least, self.most)))
        log.info("%s images read: %s, of %s pixels; left out: %s", f"{count:,}", kinds, sides, self._left_out())
        if self.constant == count:
            log.warning(
                "every image is of one value: nothing can be learnt; black on transparency needs `background: white`"
            )
        if self.of_16_bits and self.largest < FEW_BITS:
            log.warning("the 16-bit images use values up to %s of 65,535: they are nearly black", f"{self.largest:,}")
        train = {self.digests[index] for index in trained}
        shared = sum(self.digests[index] in train for index in held_out) if count > 1 else 0
        if shared:
            log.warning(
                "%s of %s held-out images are trained on as well, by another name: distances to them say less",
                f"{shared:,}",
                f"{len(held_out):,}",
            )

    def _left_out(self) -> str:
        return f"{sum(map(len, self.images.left_out.values())):,} files"


def _named(paths: Sequence[str]) -> str:
    return ", ".join(map(shown, paths[:NAMED])) + (", …" if len(paths) > NAMED else "")


def _told(left_out: dict[str, list[str]]) -> str:
    told = "; ".join(f"{len(paths)} {reason}" for reason, paths in left_out.items())
    return f" (left out: {told})" if told else ""
