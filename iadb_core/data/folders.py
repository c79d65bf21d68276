"""Reading the images of a folder: by several processes, in bounded memory, with an account of what was read."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from iadb_core.data.folder_accounts import Account, named
from iadb_core.data.formats import SUFFIXES
from iadb_core.data.holding_out import split
from iadb_core.data.image_files import Wanted
from iadb_core.data.image_readers import read_all, scratch
from iadb_core.data.listing import Listing, listed
from iadb_core.data.opening import is_image, shown
from iadb_core.data.partners import pairs_together, partnered
from iadb_core.data.parts import Parts, label_files, sample_files
from iadb_core.system.arrays import array_on_disk, let_go, save_array
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress, log

COPIED_AT_ONCE = 4096  # images
UNREADABLE = "no image by its content"


class FolderImages:
    """The images of a folder, not read yet. Raises InputError if there are none.

    classes: the subfolders whose names are classes; none for images without labels. paths: of the images, in the order
    of their names. left_out: other files, by the reason. partner: another folder, of which each image has a file of the
    same name, or is left out.
    """

    def __init__(self, folder: str, wanted: Wanted, classes: Sequence[str] = (), partner: str | None = None) -> None:
        self.folder, self.wanted, self.classes = folder, wanted, list(classes)
        self.paths, self.left_out = _images_of(listed(folder))
        self.partners: list[str] | None = None
        if not self.paths:
            raise InputError(
                f"{shown(folder)}: no images in this folder{_told(self.left_out)}; "
                f"put {', '.join(sorted(SUFFIXES))} files there"
            )
        if partner is not None:
            others, _ = _images_of(listed(partner))
            self.paths, self.partners, alone = partnered((folder, self.paths), (partner, others))
            if alone:
                self.left_out[f"without a partner in {shown(partner)}"] = alone

    def store(self, folder: str | Path, seed: int, workers: int) -> None:
        """Read them into the files of `parts` in a folder that exists, and log what was read.

        seed: of the split; equal images come into one part. workers: processes. Raises InputError, naming the broken
        ones, if there are any.
        """
        account = Account(self.paths, self.left_out)
        with scratch((len(self.paths), *self.wanted.shape), folder) as stored:
            with Progress(len(self.paths), "images") as progress:
                for told in read_all(self.paths, self.wanted, stored, workers):
                    account.take(told)
                    progress.update(len(told))
            account.tell()
            together = account.digests if self.partners is None else pairs_together(self.paths, self.partners)
            parts = split(len(self.paths), seed, together)
            account.tell_shared(parts)
            for rows, path in zip(parts, sample_files(folder), strict=True):
                with array_on_disk(path, (len(rows), *self.wanted.shape), "uint8") as part:
                    for first in range(0, len(rows), COPIED_AT_ONCE):
                        some = slice(first, first + COPIED_AT_ONCE)
                        part[some] = stored.array[rows[some]]
                        for array in (part, stored.array):
                            let_go(array)
        if self.classes:
            self._store_labels(folder, parts)

    def _store_labels(self, folder: str | Path, parts: Parts[np.ndarray]) -> None:
        numbers = {name: number for number, name in enumerate(self.classes)}
        above = [Path(path).relative_to(self.folder).parts[0] for path in self.paths]
        if strange := sorted({name for name in above if name not in numbers}):
            raise InputError(f"{shown(self.folder)}: has changed while it was read: {named(strange)}")
        labels = np.array([numbers[name] for name in above], np.int64)
        for rows, path in zip(parts, label_files(folder), strict=True):
            save_array(path, labels[rows])
        counts = np.bincount(labels, minlength=len(numbers))
        few = [f"{name} {count:,}" for name, count in zip(self.classes, counts, strict=True)]
        log.info("%s classes, by the names of subfolders: %s", len(few), named(few, 12))


def _images_of(listing: Listing) -> tuple[list[str], dict[str, list[str]]]:
    """The paths of images, and what is left out: files whose names do not tell are looked into."""
    uncertain = [entry.path for entry in listing.images if not entry.certain]
    with ThreadPoolExecutor() as pool:
        none = {path for path, image in zip(uncertain, pool.map(is_image, uncertain), strict=True) if not image}
    left_out = dict(listing.left_out)
    if none:
        left_out[UNREADABLE] = sorted(none)
    return [entry.path for entry in listing.images if entry.path not in none], left_out


def _told(left_out: dict[str, list[str]]) -> str:
    told = "; ".join(f"{len(paths)} {reason}" for reason, paths in left_out.items())
    return f" (left out: {told})" if told else ""
