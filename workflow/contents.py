"""What a file or a folder holds, as a digest: compared by Snakemake as a parameter, whatever its date is.

Files are read again only where their size, date or number on the disk has changed since the last time. What was found
is kept in .snakemake/, which may be deleted.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from iadb_core.data.density import Density
from iadb_core.data.listing import Entry, listed
from iadb_core.system.provenance import content_digest

KEPT = Path(".snakemake") / "iadb-contents"
MISSING = "missing"


def digest_of_file(path: str) -> str:
    """A digest of a file's content; `missing` if it cannot be read, which its reader says better."""
    try:
        status = os.stat(path)
        entry = Entry(path, status.st_size, status.st_mtime_ns, status.st_ino)
        return _of_entries([entry], os.path.dirname(path), path)
    except OSError:
        return MISSING


def found_in(density: Density) -> Density:
    """A density with what is found in its files, looked up again only where their content has changed.

    Raises InputError as its `found` does.
    """
    if type(density).found is Density.found:
        return density
    if density.folders():  # a look at it is as quick as a look at what was found before
        return density.with_found(density.found())
    files = [digest_of_file(path) for path in density.files()]
    stamps = _digest([*files, json.dumps(density.described(places=True), sort_keys=True)])
    kept = KEPT / f"{stamps}.found"
    with suppress(OSError, ValueError, KeyError):
        return density.with_found(json.loads(kept.read_text(encoding="utf-8")))
    found = density.found()
    _remember(kept, json.dumps(found))
    return density.with_found(json.loads(json.dumps(found)))


def digest_of_folder(path: str) -> str:
    """A digest of the names and contents of the files of a folder that may be images."""
    return _of_entries(listed(path).images, path, path)


def _of_entries(entries: list[Entry], folder: str, called: str) -> str:
    """The digest of files, by what is remembered of them under a name."""
    stamps = _digest(f"{entry.path}\0{entry.size}\0{entry.modified}\0{entry.number}" for entry in entries)
    kept = KEPT / hashlib.sha256(os.path.abspath(called).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    with suppress(OSError, ValueError):
        before, known = kept.with_suffix(".txt").read_text(encoding="utf-8").split()
        if before == stamps:
            return known
    contents = _contents(entries, kept.with_suffix(".json"))
    found = _digest(
        f"{os.path.relpath(entry.path, folder)}\0{content}" for entry, content in zip(entries, contents, strict=True)
    )
    _remember(kept.with_suffix(".txt"), f"{stamps} {found}")
    return found


def _contents(entries: list[Entry], memory: Path) -> list[str]:
    """A digest of the content of each file; of those that have not changed, as it is remembered."""
    known: dict[str, list[object]] = {}
    with suppress(OSError, ValueError):
        known = json.loads(memory.read_text(encoding="utf-8"))
    stamps = {entry.path: [entry.size, entry.modified, entry.number] for entry in entries}
    changed = [path for path, stamp in stamps.items() if known.get(path, [])[:3] != stamp]
    with ThreadPoolExecutor() as pool:
        for path, content in zip(changed, pool.map(_content, changed), strict=True):
            known[path] = [*stamps[path], content]
    if len(entries) > 1:
        _remember(memory, json.dumps({path: known[path] for path in stamps}))
    return [str(known[entry.path][3]) for entry in entries]


def _content(path: str) -> str:
    try:
        return content_digest(path)
    except OSError:
        return MISSING


def _remember(path: Path, text: str) -> None:
    """Keep what was found, where it can be; several processes may do so at once."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return digest.hexdigest()[:16]
