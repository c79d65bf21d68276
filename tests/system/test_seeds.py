import zlib

import numpy as np
import torch

from iadb_core.system.runtime import generator
from iadb_core.system.seeds import numbered, numpy_generator, seed_for


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


def first_numbers(seed):
    return torch.randn(16, generator=torch.Generator().manual_seed(seed))


def test_each_of_millions_of_blocks_has_a_stream_of_its_own():
    """As a text with the number in it, these two had the same checksum, and so the same noise."""
    one, other = 29_685_295, 32_060_020
    assert zlib.crc32(f"training x0 {one}".encode()) == zlib.crc32(f"training x0 {other}".encode())
    seed = seed_for(0, "training x0")
    assert not torch.equal(first_numbers(numbered(seed, one)), first_numbers(numbered(seed, other)))


def test_seeds_of_numbers_differ_in_the_bits_that_torch_takes():
    seed = seed_for(3, "training x0")
    assert torch.equal(first_numbers(seed), first_numbers(seed ^ 2**32))  # why hashing would not do
    assert len({numbered(seed, number) % 2**32 for number in range(200_000)}) == 200_000
    assert 0 <= numbered(2**63 - 1, 1) < 2**63


def test_streams_of_neighbouring_numbers_are_uncorrelated():
    seed = seed_for(0, "training x0")
    generators = [torch.Generator().manual_seed(numbered(seed, number)) for number in range(8)]
    draws = torch.stack([torch.randn(20_000, generator=generator) for generator in generators])
    assert (torch.corrcoef(draws) - torch.eye(8)).abs().max() < 0.03
