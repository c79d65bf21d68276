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


def numbered(seed: int, number: int) -> int:
    """The seed of one of many streams with one purpose, such as a block of batches, from the `seed_for` it.

    The number is added, not hashed: of a seed, torch's generator on a CPU takes 32 bits, and those of four billion
    numbers in a row differ.
    """
    return (seed + number) % 2**63


def numpy_generator(seed: int, purpose: str) -> np.random.Generator:
    """A NumPy generator for one purpose of a run; see `seed_for`."""
    return np.random.default_rng(_sequence(seed, purpose))
