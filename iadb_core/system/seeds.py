"""Independent streams of random numbers from one named seed."""

import zlib

import numpy as np


def _sequence(seed: int, purpose: str, *numbers: int) -> np.random.SeedSequence:
    """numbers: kept whole, unlike the text, whose 32 bits only tell the few purposes of a run apart."""
    return np.random.SeedSequence([seed, zlib.crc32(purpose.encode())], spawn_key=numbers)


def seed_for(seed: int, purpose: str, *numbers: int) -> int:
    """A 63-bit seed for one purpose of a run; different purposes give independent streams.

    seed: non-negative. purpose: a text, such as "training x0". numbers: of the block, say, of which there are millions;
    each has a stream of its own.
    """
    return int(_sequence(seed, purpose, *numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


def numpy_generator(seed: int, purpose: str) -> np.random.Generator:
    """A NumPy generator for one purpose of a run; see `seed_for`."""
    return np.random.default_rng(_sequence(seed, purpose))
