"""What a figure must come with to be repeated: versions, and digests of code, settings and files."""

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "torchvision", "numpy", "scipy", "scikit-learn", "pillow", "pot")
TRAINING_PACKAGES = ("torch", "numpy")  # that compute in a training
SHOWN = 16  # hexadecimal digits of a digest


def versions(packages: Iterable[str] = PACKAGES) -> str:
    """The versions of Python and of packages, by default of those that figures come from, in one line.

    Packages that are not installed are left out.
    """
    found = [f"python {platform.python_version()}"]
    for name in packages:
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return ", ".join(found)


def files_digest(paths: Iterable[str | os.PathLike[str]]) -> str:
    """A digest of files' names and contents, 16 hexadecimal digits of SHA-256; their order and folders do not count."""
    digest = hashlib.sha256()
    for path in sorted({Path(path) for path in paths}, key=lambda path: (path.name, str(path))):
        digest.update(f"{path.name} {content_digest(path)}\n".encode())
    return digest.hexdigest()[:SHOWN]


def content_digest(path: str | os.PathLike[str]) -> str:
    """A digest of one file's content, 16 hexadecimal digits of SHA-256."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:SHOWN]


def settings_text(settings: Any) -> str:
    """Settings as one line of JSON with sorted keys: equal settings are equal text, and YAML reads it."""
    return json.dumps(settings, sort_keys=True, ensure_ascii=False)


def settings_digest(settings: Any) -> str:
    """A digest of settings, 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(settings_text(settings).encode()).hexdigest()[:SHOWN]
