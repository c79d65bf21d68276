"""Archives of tensors, as torch.save writes them, read without trusting them."""

from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile

import torch


def load_archive(file: IO[bytes]) -> Any:
    """The content of an archive, with its tensors on the CPU; runs no code from it.

    Raises nearly any exception if the file is no archive, holds anything but tensors and plain values, or is damaged:
    torch itself does not compare checksums. Nothing is unpacked: what is loaded is no larger than the file.
    """
    with ZipFile(file) as archive:
        if any(entry.compress_type != ZIP_STORED for entry in archive.infolist()):
            raise ValueError("it is compressed")
        if damaged := archive.testzip():
            raise ValueError(f"{damaged} in it is damaged")
    file.seek(0)
    return torch.load(file, map_location="cpu", weights_only=True)
