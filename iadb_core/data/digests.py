"""Which samples are equal, by their content."""

import hashlib

import numpy as np


def digests(samples: np.ndarray) -> list[bytes]:
    """A digest of each sample, (count, …): equal samples have equal ones."""
    return [hashlib.blake2b(sample.tobytes(), digest_size=16).digest() for sample in np.ascontiguousarray(samples)]
