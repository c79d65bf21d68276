"""Which files of a folder may be images, and what is left out.

Every start of Snakemake asks, so no file is opened.
"""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from iadb_core.data.formats import SUFFIXES

# What systems, programs and notebooks leave behind; names in lower case.
LEFTOVERS = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
LEFT_FOLDERS = {
    *("__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found"),
    *("__pycache__", "#recycle", "node_modules"),
}
LEFT_SUFFIXES = (".bak", ".tmp", ".part", ".crdownload", ".download", ".swp", "~")
# Files that lie beside images and are none.
OTHER_SUFFIXES = frozenset(
    f".{name}"
    for names in (
        "txt md rst csv tsv json jsonl xml yaml yml toml ini cfg log html htm css js url lnk pdf doc docx xls xlsx",
        "ppt pptx odt py ipynb m sh bat exe npy npz mat pkl pt pth h5 hdf5 parquet db sqlite zip tar gz tgz bz2 xz",
        "7z rar mp4 avi mov mkv webm mp3 wav torrent sha256 md5 xmp",
    )
    for name in names.split()
)
UNREAD_SUFFIXES = frozenset(
    (".heic", ".heif", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".dng", ".raw", ".svg", ".psd", ".xcf", ".ai", ".eps")
)
HIDDEN, LEFTOVER, OTHER = "hidden", "left by a system or a program", "no image by its name"
UNREAD, TWICE, NO_FILE = "an image of a format that is not read", "the same file by another name", "no file"


class Entry(NamedTuple):
    """A file that may be an image: its path, and what tells whether its content may have changed."""

    path: str
    size: int
    modified: int  # nanoseconds
    number: int  # of the file, on its disk

    @property
    def certain(self) -> bool:
        """Whether its name says that it is an image: then it is broken if it cannot be read, else it is none."""
        return _suffix(self.path) in SUFFIXES


class Listing(NamedTuple):
    """The files of a folder, in the order of their names. left_out: by the reason, their paths."""

    images: list[Entry]
    left_out: dict[str, list[str]]


def listed(folder: str | Path) -> Listing:
    """The files under a folder; links are followed, but nothing is taken twice, also where links lead in a circle."""
    left_out: dict[str, list[str]] = {}
    found = {}
    seen: set[tuple[int, int]] = set()
    for path, status, reason in _walked(os.fspath(folder), set()):
        if reason is None and status is not None:
            key = (status.st_dev, status.st_ino)
            if key not in seen:
                seen.add(key)
                found[path] = Entry(path, status.st_size, status.st_mtime_ns, status.st_ino)
                continue
            reason = TWICE
        left_out.setdefault(reason or NO_FILE, []).append(path)
    return Listing(
        [found[path] for path in sorted(found)], {reason: sorted(left_out[reason]) for reason in sorted(left_out)}
    )


def _walked(folder: str, above: set[tuple[int, int]]) -> Iterator[tuple[str, os.stat_result | None, str | None]]:
    """Each file with its status, or why it is left out. What is no link comes first, so that it is what stays."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: (entry.is_symlink(), entry.name))
        own = os.stat(folder)
    except OSError:
        return
    key = (own.st_dev, own.st_ino)
    if key in above:  # a link that leads back
        return
    above.add(key)
    for entry in entries:
        if reason := _left_out(entry.name):
            yield entry.path, None, reason
            continue
        try:
            status = entry.stat()
        except OSError:  # a link to nothing
            yield entry.path, None, NO_FILE
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walked(entry.path, above)
        elif stat.S_ISREG(status.st_mode):
            yield entry.path, status, _no_image(entry.name)
        else:
            yield entry.path, None, NO_FILE


def classes_in(folder: str | Path, is_image: Callable[[str], bool]) -> list[str]:
    """The names of subfolders that stand for classes: those with images, if several, and no images beside them.

    is_image: of a file whose name does not tell. Every start of Snakemake asks, so it looks no further than it must.
    """
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if _left_out(entry.name):
                    continue
                if entry.is_dir():
                    inside = _walked(entry.path, set())
                    if any(reason is None and _looks_like_one(path, is_image) for path, _, reason in inside):
                        found.append(entry.name)
                elif _no_image(entry.name) is None and _looks_like_one(entry.path, is_image):
                    return []
    except OSError:
        return []
    return sorted(found) if len(found) > 1 else []


def _looks_like_one(path: str, is_image: Callable[[str], bool]) -> bool:
    return _suffix(path) in SUFFIXES or is_image(path)


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _no_image(name: str) -> str | None:
    """Why a file is no image by its name, or None."""
    suffix = _suffix(name)
    return UNREAD if suffix in UNREAD_SUFFIXES else OTHER if suffix in OTHER_SUFFIXES else None


def _left_out(name: str) -> str | None:
    lower = name.lower()
    if lower in LEFTOVERS or lower in LEFT_FOLDERS or lower.endswith(LEFT_SUFFIXES) or lower.startswith("~$"):
        return LEFTOVER
    return HIDDEN if name.startswith(".") else None
