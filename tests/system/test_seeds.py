import zlib

import numpy as np
import torch

from iadb_core.system.runtime import generator
from iadb_core.system.seeds import numpy_generator, seed_for


def test_streams_differ_by_seed_and_by_purpose_and_repeat():
    seeds = [seed_for(seed, purpose) for seed in range(100) for purpose in ("weights", "training x0", "training x1")]
    assert len(set(seeds)) == 300
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert seed_for(3, "weights") == seed_for(3, "weights")


def test_streams_of_neighbouring_seeds_are_uncorrelated():
    draws = np.stack([numpy_generator(seed, "x").standard_normal(20_000) for seed in range(8)])
    assert np.abs(np.corrcoef(draws) - np.eye(8)).max() < 0.03
    draws = torch.stack([torch.randn(20_000, generator=generator(seed, "x")) for seed in range(8)])
    assert (torch.corrcoef(draws) - torch.eye(8)).abs().max() < 0.03


def test_each_of_millions_of_blocks_has_a_stream_of_its_own():
    """As a text with the number in it, these two purposes would have the same checksum."""
    one, other = 29_685_295, 32_060_020
    assert zlib.crc32(f"training x0 {one}".encode()) == zlib.crc32(f"training x0 {other}".encode())
    assert seed_for(0, "training x0", one) != seed_for(0, "training x0", other)
    assert len({seed_for(0, "training x0", number) for number in range(10_000)}) == 10_000
