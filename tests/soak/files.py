"""Broken and hostile files for every reader: python tests/soak/files.py [--count 10000] [--seed 0].

Right files of every kind are truncated, flipped in bits, overwritten, repeated and mixed, and given to what reads them.
Each must be read, or refused by an InputError that names it; none may run code, start a process, reach the network or
write a file. Prints the counts and the greatest memory; stops with an error otherwise. In a process of its own.
"""

import argparse
import hashlib
import io
import json
import logging
import os
import pickle
import random
import struct
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np
import torch
from conftest import idx
from PIL import Image
from small import SHAPES, SIZES, network

from iadb_core.data.grayscale import read_density
from iadb_core.data.kinds.folder import Folder
from iadb_core.data.torchvision_sets import torchvision_set
from iadb_core.drawing.png import read_frame
from iadb_core.evaluation.classifier import Classifier, load_classifier, save_classifier
from iadb_core.networks import checkpoint
from iadb_core.system.arrays import load_array
from iadb_core.system.errors import InputError
from iadb_core.system.files import read_json
from iadb_core.system.runtime import peak_memory_mb
from iadb_core.training.loop import State
from iadb_core.training.resume import DIGEST_SIZE, MAGIC, ResumeFile

PICTURES = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "BMP": "bmp", "TIFF": "tif", "WEBP": "webp", "PPM": "pgm"}
FORBIDDEN = ("os.system", "subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "socket.connect")
CHANGING = {  # which of an event's arguments are paths that it changes, and which is the folder they are relative to
    "os.remove": ((0,), 1),
    "os.rmdir": ((0,), 1),
    "os.mkdir": ((0,), 2),
    "os.rename": ((0, 1), 2),
    "os.link": ((1,), 3),
    "os.symlink": ((1,), 2),
    "os.chmod": ((0,), 2),
    "os.truncate": ((0,), None),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MOST_MEMORY = 1000  # MB


class Code:
    """Something that runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        return eval, ("__import__('os').system('touch hacked')",)


def npy(array: np.ndarray, **options: Any) -> bytes:
    """An array as .npy."""
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npy_of_shape(shape: str, kind: str = "<f4") -> bytes:
    """A .npy file of few bytes that says that it has another shape."""
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + bytes(64)


def pictures(rng: np.random.Generator) -> dict[str, bytes]:
    """Small pictures of every format, and one that says that it is huge."""
    made = {}
    for kind, suffix in PICTURES.items():
        file = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (24, 20), np.uint8)).save(file, kind)
        made[suffix] = file.getvalue()
    huge = bytearray(made["bmp"])
    huge[18:26] = struct.pack("<ii", 2**30, 2**30)
    return made | {"huge.bmp": bytes(huge)}


def archives(path: Path) -> dict[str, bytes]:
    """Checkpoints, and what only looks like one."""
    checkpoint.save(path, network("mlp"), SIZES["mlp"], SHAPES["mlp"], settings={}, seed=0, steps=1)
    found = {"right": path.read_bytes()}
    described = torch.load(path, weights_only=True)["network"]
    for name, changed in {
        "another": {"settings": {"width": 9, "hidden_layers": 1}},
        "enormous": {"settings": {"width": 2**40, "hidden_layers": 2**40}},
        "unknown": {"name": "../mlp"},
    }.items():
        torch.save(torch.load(path, weights_only=True) | {"network": described | changed}, path)
        found[name] = path.read_bytes()
    torch.save({"format": checkpoint.FORMAT, "network": Code()}, path)
    found["code"] = path.read_bytes()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("archive/data.pkl", bytes(2 * 10**8))
    return found | {"bomb": path.read_bytes(), "pickle": pickle.dumps(Code()), "empty": b""}


def idx_files(rng: np.random.Generator) -> dict[str, bytes]:
    """Images as MNIST has them, and with other heads."""
    images = rng.integers(0, 256, (5, 28, 28), np.uint8)
    return {
        "right": idx(images),
        "magic": idx(images, magic=0x0D03),
        "length": idx(images, shape=(2**31, 2**31, 2**31)),
        "short": idx(images, shape=(50, 28, 28)),
    }


def states() -> dict[str, bytes]:
    """States of a training, and what only looks like one."""
    right = {"fingerprint": "print", "computed_on": ["a"]}
    right |= State(1, 1, 1.0, [torch.ones(100)], [0.5], [])._asdict()
    wrong = {"steps": "1", "blocks": -1, "tensors": [1], "losses": 3, "records": [[1]], "computed_on": [], "more": 1}
    found = {}
    for name, change in {"right": {}, **{key: {key: value} for key, value in wrong.items()}}.items():
        file = io.BytesIO()
        torch.save(right | change, file)
        found[name] = sealed(file.getvalue())
    return found


def sealed(content: bytes) -> bytes:
    """A state's content under its checksum, which anybody can compute."""
    return MAGIC + hashlib.sha256(content).digest() + content


def state_of(path: Path, seal: bool = False) -> None:
    """Read a state, perhaps with a checksum that is right again."""
    if seal:
        path.write_bytes(sealed(path.read_bytes()[len(MAGIC) + DIGEST_SIZE :]))
    if not ResumeFile(path, "print").load():
        raise InputError("no state")


def damaged(content: bytes, rng: random.Random) -> bytes:
    """The content with some damage."""
    wrong = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        place = rng.randrange(len(wrong)) if wrong else 0
        match rng.randrange(6):
            case 0:
                del wrong[place:]
            case 1 if wrong:
                wrong[place] ^= 1 << rng.randrange(8)
            case 2 if wrong:
                wrong[place : place + rng.randrange(1, 9)] = rng.randbytes(rng.randrange(1, 9))
            case 3:
                wrong[place:place] = wrong[: rng.randrange(200)]
            case 4 if wrong:
                length = rng.randrange(1, 5)
                wrong[place : place + length] = rng.choice([b"\xff", b"\0", b"\x7f"]) * length
            case _:
                wrong += rng.randbytes(rng.randrange(50))
    return bytes(wrong)


class Readers:
    """What reads each kind of file, with right and hostile files of it."""

    def __init__(self, root: Path) -> None:
        self.root, self.raw, rng = root, root / "MNIST" / "raw", np.random.default_rng(0)
        self.raw.mkdir(parents=True)
        self.labels = idx(np.arange(5, dtype=np.uint8))
        save_classifier(root / "classifier.pt", Classifier(1, 10))
        of_pictures, of_idx = pictures(rng), idx_files(rng)
        arrays = {
            "right": npy(rng.random((10, 2), np.float32)),
            "objects": npy(np.array([Code()], dtype=object), allow_pickle=True),
            "huge": npy_of_shape("(1000000000000,)"),
            "overflow": npy_of_shape("(4294967296, 4294967296, 4294967296)"),
            "negative": npy_of_shape("(-1, 2)"),
            "code": npy_of_shape("(__import__('os').system('touch hacked'),)"),
            "strings": npy(np.array(["a", "b"])),
        }
        self.kinds: dict[str, tuple[dict[str, bytes], Callable[[Path], Any]]] = {
            "picture of a density": (of_pictures, read_density),
            "picture in a folder": (
                of_pictures,
                lambda path: Folder(path=str(path.parent), size=16, channels=3).read("", 0),
            ),
            "frame": (of_pictures, read_frame),
            "array": (arrays, lambda path: np.asarray(load_array(path)).sum()),
            "checkpoint": (archives(root / "made.pt"), checkpoint.load),
            "classifier": ({"right": (root / "classifier.pt").read_bytes()}, load_classifier),
            "state": (states(), state_of),
            "state, sealed": (states(), lambda path: state_of(path, seal=True)),
            "idx archive": (of_idx, self.unpacked),
            "JSON": ({"right": json.dumps({"a": [1, 2.5, "x"]}).encode(), "deep": b"[" * 10**5}, read_json),
        }

    def unpacked(self, path: Path) -> None:
        """Read MNIST with this file for its images."""
        for split in ("train", "t10k"):
            (self.raw / f"{split}-images-idx3-ubyte").write_bytes(path.read_bytes())
            (self.raw / f"{split}-labels-idx1-ubyte").write_bytes(self.labels)
        torchvision_set("MNIST", self.root)


def changed(event: str, arguments: tuple[Any, ...]) -> list[Path]:
    """The files that are written, made, moved or removed by what an event tells of."""
    if event == "open":
        path, mode, flags = arguments
        writing = set(mode) & set("wax+") if mode else flags & WRITING
        return [Path(path)] if writing and isinstance(path, str | Path) else []
    indices, folder = CHANGING.get(event, ((), None))
    if folder is not None and arguments[folder] != -1:  # relative to a folder that is open, and was allowed
        return []
    return [Path(os.fsdecode(arguments[index])) for index in indices if not isinstance(arguments[index], int)]


def watch(allowed: list[Path]) -> None:
    """From now on, stop when something forbidden is done, or a file elsewhere is changed."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if allowed and event.startswith(FORBIDDEN):
            raise SystemExit(f"a file has led to {event}{arguments}")
        for path in changed(event, arguments) if allowed else ():
            if not any(path.resolve().is_relative_to(folder) for folder in allowed):
                raise SystemExit(f"a file has led to a change of {path}")

    sys.addaudithook(hook)


def main() -> None:
    """Read damaged files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    logging.disable()
    warnings.simplefilter("ignore")
    rng, told = random.Random(given.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        (root / "read").mkdir()
        readers = Readers(root)
        before = known = peak_memory_mb(torch.device("cpu"))
        allowed = [root]
        tempfile.tempdir = os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(root)  # torch makes the latter when it likes
        watch(allowed)
        began = time.monotonic()
        for number in range(given.count):
            kind = rng.choice(list(readers.kinds))
            files, read = readers.kinds[kind]
            which = rng.choice(list(files))
            whole = number % 20 == 0
            suffix = which if which in PICTURES.values() else "bmp" if which == "huge.bmp" else "dat"
            path = root / "read" / f"given.{suffix}"
            path.write_bytes(files[which] if whole else damaged(files[which], rng))
            try:
                read(path)
                told[f"{kind}: read"] += 1
            except InputError as error:
                if not str(error).strip() or "\n" in str(error).strip():
                    raise SystemExit(f"{kind}, {which}: {error!r} is no clear message") from error
                told[f"{kind}: refused"] += 1
            except BaseException as error:
                print(f"{kind}, {which}, number {number}", file=sys.stderr)
                raise error
            path.unlink()
            if (peak := peak_memory_mb(torch.device("cpu"))) > max(known, before) * 1.2:
                print(f"{peak:.0f} MB for {kind}, {which}, number {number}", file=sys.stderr)
            known = max(known, peak)
        seconds = time.monotonic() - began
        allowed.clear()
    memory = peak_memory_mb(torch.device("cpu"))
    for line, count in sorted(told.items()):
        print(f"{count:6} {line}")
    print(f"{given.count:,} files in {seconds:.0f} s, at most {memory:.0f} MB ({before:.0f} before them)")
    if memory > MOST_MEMORY:
        raise SystemExit("that is too much memory")


if __name__ == "__main__":
    main()
