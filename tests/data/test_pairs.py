from itertools import islice

import numpy as np
import pytest
import torch

from iadb_core.data import streams
from iadb_core.data.density import Drawn
from iadb_core.data.draws import Draws
from iadb_core.data.pairs import alpha_blocks, batches_in_a_block, pairs_of
from iadb_core.data.registry import KINDS, density_of
from iadb_core.method.alphas import ALPHAS
from iadb_core.system.arrays import load_array, save_array
from iadb_core.system.errors import InputError

CPU = torch.device("cpu")
PICTURES = density_of({"picture": {}}), density_of({"picture": {}})
GAUSSIAN = density_of({"gaussian": {"mean": 0.0, "std": 1.0}})
DIGITS = density_of({"dataset": {"size": 8, "scaling": [[0.5, 0.5]]}})
PARTS = ("x0", "x1", "alpha")


def take(count, batches):
    return list(islice(batches, count))


def same(ours, theirs):
    return all(torch.equal(getattr(ours, part), getattr(theirs, part)) for part in PARTS)


def test_pairs_are_independent_of_each_other_and_of_alpha():
    points = np.random.default_rng(0).random((1000, 2), dtype=np.float32)
    pairs = pairs_of(PICTURES, (points, points), (2,), 500, "with_replacement", 0, CPU)
    batches = take(40, pairs.each())
    x0, x1, alpha = (torch.cat([getattr(batch, part) for batch in batches]) for part in PARTS)
    stacked = torch.cat([x0, x1, alpha[:, None]], dim=1).T
    correlations = torch.corrcoef(stacked) - torch.eye(5)
    within = correlations.clone()
    within[0, 1] = within[1, 0] = within[2, 3] = within[3, 2] = 0  # the points' own
    assert within.abs().max() < 0.03
    assert (alpha.min() >= 0, alpha.max() < 1) == (True, True)
    assert alpha.mean().item() == pytest.approx(0.5, abs=0.01)


def test_images_come_as_scaled_network_values():
    images = np.full((10, 3, 8, 8), 255, np.uint8)
    target = density_of({"dataset": {"size": 16, "scaling": [[0.5, 0.25]]}})
    source = density_of({"gaussian": {"mean": 5.0, "std": 0.0}})
    batch = next(pairs_of((source, target), (None, images), (3, 16, 16), 4, "shuffled", 0, CPU).each())
    assert batch.x0.shape == batch.x1.shape == (4, 3, 16, 16)
    assert batch.alpha.shape == (4,)
    assert (batch.x0 == 5).all()
    assert torch.allclose(batch.x1, torch.tensor(2.0))


def test_a_batch_larger_than_shuffled_data_is_refused():
    points = np.zeros((10, 2), np.float32)
    with pytest.raises(InputError, match=r"batch_size: 11 .* 10 training samples"):
        pairs_of(PICTURES, (points, points), (2,), 11, "shuffled", 0, CPU)


@pytest.mark.parametrize(
    "stored", [np.zeros((0, 2), np.float32), np.zeros((5, 3), np.float32), np.zeros((5, 2), np.float64)]
)
def test_stored_samples_that_do_not_fit_are_refused_on_either_side(stored):
    points = np.zeros((5, 2), np.float32)
    for samples in ((stored, stored), (points, stored), (stored, points)):
        with pytest.raises(InputError, match="stored samples"):
            pairs_of(PICTURES, samples, (2,), 2, "with_replacement", 0, CPU)


def test_small_batches_come_many_at_once_and_large_ones_alone():
    assert batches_in_a_block(256, (2,)) == 64
    assert batches_in_a_block(64, (1, 32, 32)) == 4
    assert batches_in_a_block(1024, (3, 64, 64)) == 1


def test_blocks_are_the_batches_side_by_side():
    points = np.random.default_rng(0).random((1000, 2), dtype=np.float32)
    pairs = pairs_of(PICTURES, (points, points), (2,), 256, "shuffled", 0, CPU)
    block = next(pairs.blocks())
    for number, batch in enumerate(take(64, pairs.each())):
        for part in PARTS:
            assert torch.equal(getattr(block, part)[number], getattr(batch, part))


def test_data_too_large_for_memory_give_the_same_batches(tmp_path, monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (500, 1, 8, 8), np.uint8)
    save_array(tmp_path / "images.npy", images)
    stored = load_array(tmp_path / "images.npy")

    def batches():
        return take(40, pairs_of((GAUSSIAN, DIGITS), (None, stored), (1, 8, 8), 32, "shuffled", 0, CPU).each())

    expected = batches()
    monkeypatch.setattr(streams, "fits", lambda samples, device, sharing=1: False)
    assert all(same(ours, theirs) for ours, theirs in zip(batches(), expected, strict=True))


@pytest.mark.parametrize("order", ["shuffled", "with_replacement"])
@pytest.mark.parametrize("in_memory", [True, False])
def test_a_stream_begins_at_any_of_its_blocks(order, in_memory, tmp_path, monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (500, 1, 8, 8), np.uint8)  # 15 batches an epoch, 64 a block
    save_array(tmp_path / "images.npy", images)
    monkeypatch.setattr(streams, "fits", lambda samples, device, sharing=1: in_memory)
    samples = None, load_array(tmp_path / "images.npy")
    pairs = pairs_of((GAUSSIAN, DIGITS), samples, (1, 8, 8), 32, order, 0, CPU, "logit_normal")
    from_the_start = take(5, pairs.blocks())
    for first in range(5):
        later = take(5 - first, pairs.blocks(first))
        assert all(same(ours, theirs) for ours, theirs in zip(later, from_the_start[first:], strict=True))


@pytest.mark.parametrize("name", ALPHAS)
def test_alpha_is_drawn_as_it_is_asked_for_and_by_itself(name):
    points = np.random.default_rng(0).random((1000, 2), dtype=np.float32)
    samples = points, points
    pairs = pairs_of(PICTURES, samples, (2,), 256, "shuffled", 0, CPU, alpha=name)
    uniform = next(pairs_of(PICTURES, samples, (2,), 256, "shuffled", 0, CPU).blocks())
    block = next(pairs.blocks())
    assert torch.equal(block.alpha, ALPHAS[name](uniform.alpha))
    assert torch.equal(block.x0, uniform.x0)
    expected = next(alpha_blocks(name, (64, 256), Draws(0, "training alpha", CPU), 0))
    assert torch.equal(block.alpha, expected)


def test_different_seeds_give_different_pairs():
    one, other = (next(pairs_of((GAUSSIAN,) * 2, (None, None), (2,), 16, "", seed, CPU).each()) for seed in (0, 1))
    assert not any(torch.equal(getattr(one, part), getattr(other, part)) for part in PARTS)


class Sorted:
    """A coupling that needs whole batches: in each, the k-th smallest first coordinate with the k-th smallest."""

    apart, aligned, at_once = False, False, 48

    def __call__(self, x0, x1, condition, draws):
        return *(x.gather(1, x[..., :1].argsort(dim=1).expand_as(x)) for x in (x0, x1)), condition


class Swapped:
    """A coupling that each sample could do by itself, seen by what it returns."""

    apart, aligned, at_once = True, False, None

    def __call__(self, x0, x1, condition, draws):
        return x1, x0, condition


@pytest.mark.parametrize("coupling", [None, Sorted(), Swapped()])
@pytest.mark.parametrize("rows", [slice(0, 5), slice(5, 16), slice(15, 16)])
def test_pairs_are_the_same_whatever_rows_of_a_batch_are_taken(coupling, rows):
    points = np.random.default_rng(0).random((1000, 2), dtype=np.float32)
    densities = GAUSSIAN, PICTURES[1]
    pairs = pairs_of(densities, (None, points), (2,), 16, "shuffled", 0, CPU, coupling=coupling)
    for mine, whole in zip(take(3, pairs.blocks(1, rows)), take(4, pairs.blocks())[1:], strict=True):
        for part in PARTS:
            assert torch.equal(getattr(mine, part), getattr(whole, part)[:, rows])


def test_a_coupling_pairs_the_samples_of_each_batch():
    densities = GAUSSIAN, GAUSSIAN
    coupled = pairs_of(densities, (None, None), (2,), 16, "", 0, CPU, coupling=Sorted())
    plain = pairs_of(densities, (None, None), (2,), 16, "", 0, CPU)
    for mine, theirs in zip(take(5, coupled.each()), take(5, plain.each()), strict=True):
        for part in ("x0", "x1"):
            found, drawn = getattr(mine, part), getattr(theirs, part)
            assert (found[:, 0].diff() >= 0).all()
            assert torch.equal(found, drawn[drawn[:, 0].argsort()])
        assert torch.equal(mine.alpha, theirs.alpha)


@pytest.mark.parametrize(
    ("batch_size", "shape", "at_once", "batches"),
    [
        (256, (2,), None, 64),
        (256, (2,), 1024, 64),
        (256, (2,), 25_600, 100),
        (64, (1, 32, 32), None, 4),
        (64, (1, 32, 32), 320, 5),
        (64, (1, 32, 32), 1024, 16),
    ],
)
def test_a_block_has_whole_sets_of_what_is_paired_at_once(batch_size, shape, at_once, batches):
    assert batches_in_a_block(batch_size, shape, at_once) == batches


def test_a_coupling_that_does_without_the_others_is_not_given_them():
    seen = []

    class Seeing(Swapped):
        def __call__(self, x0, x1, condition, draws):
            seen.append(x0.shape)
            return x0, x1, condition

    pairs = pairs_of((GAUSSIAN,) * 2, (None, None), (2,), 16, "", 0, CPU, coupling=Seeing())
    next(pairs.blocks(rows=slice(4, 7)))
    assert seen == [(64, 3, 2)]


def test_both_sides_are_told_how_many_share_the_memory(tmp_path, monkeypatch):
    save_array(tmp_path / "points.npy", np.zeros((10, 2), np.float32))
    points, asked = load_array(tmp_path / "points.npy"), []
    monkeypatch.setattr(streams, "fits", lambda samples, device, sharing=1: asked.append(sharing) or True)
    pairs_of(PICTURES, (points, points), (2,), 4, "shuffled", 0, CPU, sharing=3)
    assert asked == [3, 3]


class Line(Drawn):
    """A kind that the program does not have: points on a line through the unit square."""

    kind = "line"
    row: float = 0.5

    @property
    def fresh(self):
        return True

    def shape(self):
        return (2,)

    def draw_blocks(self, size, generator):
        along = torch.rand(size[:-1], generator=generator, device=generator.device)
        return torch.stack([torch.full_like(along, self.row), along], dim=-1)


def test_a_kind_of_its_own_is_paired_like_the_others(monkeypatch):
    monkeypatch.setitem(KINDS, "line", Line)
    densities = density_of({"line": {"row": 0.25}}), density_of({"line": {"row": 0.75}})
    pairs = pairs_of(densities, (None, None), (2,), 32, "with_replacement", 0, CPU)
    blocks = take(4, pairs.blocks())
    block = blocks[0]
    assert block.x0.shape == block.x1.shape == (64, 32, 2)
    assert (block.x0[..., 0] == 0.25).all()
    assert (block.x1[..., 0] == 0.75).all()
    assert not torch.equal(block.x0[..., 1], block.x1[..., 1])
    for part in PARTS:
        assert torch.equal(getattr(next(pairs.blocks(3, slice(8, 16))), part), getattr(blocks[3], part)[:, 8:16])


def test_noise_moves_both_samples_of_a_pair_alike():
    points = np.zeros((100, 2), np.float32)
    sides = PICTURES, (points, points + 1)
    pairs = pairs_of(*sides, (2,), 50, "with_replacement", 0, CPU, noise=0.1)
    block = next(pairs.blocks())
    assert torch.allclose(block.x1 - block.x0, torch.ones(64, 50, 2), atol=1e-6)
    assert float(block.x0.std()) == pytest.approx(0.1, rel=0.03)
    some = next(pairs.blocks(rows=slice(10, 20)))
    assert torch.equal(some.x0, block.x0[:, 10:20])
    plain = next(pairs_of(*sides, (2,), 50, "with_replacement", 0, CPU).blocks())
    assert torch.equal(plain.alpha, block.alpha)
