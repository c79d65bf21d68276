"""Independent streams of random numbers from one named seed."""

import zlib

import numpy as np


def _sequence(seed: int, purpose: str) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, zlib.crc32(purpose.encode())])


def seed_for(seed: int, purpose: str) -> int:
    """A 63-bit seed for one purpose of a run; different purposes give independent streams.

    seed: non-negative. purpose: any text, such as "training x0".
    """
    return int(_sequence(seed, purpose).generate_state(1, np.uint64)[0] >> np.uint64(1))


def numpy_generator(seed: int, purpose: str) -> np.random.Generator:
    """A NumPy generator for one purpose of a run; see `seed_for`."""
    return np.random.default_rng(_sequence(seed, purpose))
