import time
from itertools import islice

import numpy as np
import pytest
import torch

from iadb_core.data import streams
from iadb_core.data.density import Drawn, Read
from iadb_core.data.draws import Draws, index_blocks
from iadb_core.data.parts import Labelled, Parts
from iadb_core.data.registry import KINDS, density_of
from iadb_core.data.streams import Fresh, Stored, stream_of
from iadb_core.system.arrays import load_array, save_array
from iadb_core.system.errors import InputError

CPU = torch.device("cpu")
GAUSSIAN = density_of({"gaussian": {"mean": 0.0, "std": 1.0}})
PICTURE = density_of({"picture": {}})
DIGITS = density_of({"dataset": {"size": 8, "scaling": [[0.5, 0.5]]}})
ROWS = [slice(None), slice(0, 3), slice(3, 8), slice(7, 8)]


def take(count, blocks):
    return list(islice(blocks, count))


def same(ours, theirs):
    return all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.fixture
def images(tmp_path):
    """Fifty small images in a file, mapped."""
    save_array(tmp_path / "images.npy", np.random.default_rng(0).integers(0, 256, (50, 1, 8, 8), np.uint8))
    return load_array(tmp_path / "images.npy")


@pytest.fixture(params=[True, False], ids=["in memory", "in its file"])
def fitting(request, monkeypatch):
    """Stored samples are on the device, or read from their file."""
    monkeypatch.setattr(streams, "fits", lambda samples, device, sharing=1: request.param)


@pytest.mark.parametrize(
    "stored", [np.zeros((0, 2), np.float32), np.zeros((5, 3), np.float32), np.zeros((5, 2), np.float64)]
)
def test_samples_that_do_not_fit_are_refused(stored):
    with pytest.raises(InputError, match="stored samples"):
        stream_of(PICTURE, (2,), stored, (2, 2), "with_replacement", 0, "x0", CPU)


def test_images_that_do_not_fit_are_refused():
    for stored in (np.zeros((5, 1, 8, 8), np.float32), np.zeros((5, 3, 8, 8), np.uint8), np.zeros((5, 8, 8), np.uint8)):
        with pytest.raises(InputError, match="stored samples"):
            stream_of(DIGITS, (1, 8, 8), stored, (2, 2), "shuffled", 0, "x0", CPU)


def test_a_density_that_is_read_is_refused_without_its_samples():
    with pytest.raises(InputError, match="dataset: there are no stored samples"):
        stream_of(DIGITS, (1, 8, 8), None, (2, 2), "shuffled", 0, "x1", CPU)


def test_a_batch_larger_than_shuffled_data_is_refused_at_once(images):
    with pytest.raises(InputError, match=r"batch_size: 51 .* 50 training samples"):
        stream_of(DIGITS, (1, 8, 8), images, (1, 51), "shuffled", 0, "x1", CPU)
    stream_of(DIGITS, (1, 8, 8), images, (1, 51), "with_replacement", 0, "x1", CPU)


@pytest.mark.usefixtures("fitting")
@pytest.mark.parametrize("order", ["shuffled", "with_replacement"])
def test_stored_samples_are_those_of_the_indices(images, order):
    stream = Stored(DIGITS.network_values, images, (3, 8), order, Draws(0, "t", CPU), CPU)
    indices = take(4, index_blocks(50, (3, 8), order, Draws(0, "t", CPU)))
    for block, chosen in zip(take(4, stream.blocks()), indices, strict=True):
        assert block.numpy() == pytest.approx(images[chosen.numpy()] / 127.5 - 1, abs=1e-6)


@pytest.mark.usefixtures("fitting")
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("first", [0, 1, 5])
def test_stored_samples_are_the_same_whatever_is_taken_of_them(images, rows, first):
    stream = Stored(DIGITS.network_values, images, (3, 8), "shuffled", Draws(0, "t", CPU), CPU)
    whole = [block[:, rows] for block in take(7, stream.blocks())][first:]
    assert same(take(7 - first, stream.blocks(first, rows)), whole)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("first", [0, 1, 5])
def test_fresh_samples_are_the_same_whatever_is_taken_of_them(rows, first):
    stream = Fresh(GAUSSIAN, (3, 8, 2), Draws(0, "t", CPU))
    whole = [block[:, rows] for block in take(7, stream.blocks())][first:]
    assert same(take(7 - first, stream.blocks(first, rows)), whole)


@pytest.mark.usefixtures("fitting")
@pytest.mark.parametrize("order", ["shuffled", "with_replacement"])
def test_several_readers_of_a_stream_do_not_disturb_each_other(images, order):
    class Slow(Draws):
        """Draws between whose seeding and use another thread has time to come."""

        def __call__(self, number):
            generator = super().__call__(number)
            time.sleep(0.001)
            return generator

    stream = Stored(DIGITS.network_values, images, (3, 8), order, Slow(0, "t", CPU), CPU)
    expected = take(6, Stored(DIGITS.network_values, images, (3, 8), order, Draws(0, "t", CPU), CPU).blocks())
    readers = [stream.blocks(first) for first in range(4)]
    for number in range(2):
        for first, reader in enumerate(readers):
            assert torch.equal(next(reader), expected[first + number])


def test_fresh_samples_are_never_the_same():
    first, second, third = take(3, Fresh(GAUSSIAN, (2, 8, 2), Draws(0, "t", CPU)).blocks())
    assert torch.cat([first, second, third]).unique().numel() == 3 * 2 * 8 * 2


def test_source_and_target_have_generators_of_their_own(images):
    for density, samples, shape in ((GAUSSIAN, None, (2,)), (DIGITS, images, (1, 8, 8))):
        x0, x1 = (stream_of(density, shape, samples, (2, 8), "shuffled", 0, name, CPU) for name in ("x0", "x1"))
        assert not torch.equal(next(x0.blocks()), next(x1.blocks()))
        again = stream_of(density, shape, samples, (2, 8), "shuffled", 0, "x0", CPU)
        assert torch.equal(next(x0.blocks()), next(again.blocks()))


def test_whether_samples_fit_is_asked_for_all_that_share_the_memory(images, monkeypatch):
    asked = []
    monkeypatch.setattr(streams, "fits", lambda samples, device, sharing=1: asked.append((device, sharing)) or True)
    stream_of(DIGITS, (1, 8, 8), images, (2, 2), "shuffled", 0, "x1", CPU, sharing=3)
    assert asked == [(CPU, 3)]


class Ring(Drawn):
    """A kind that the program does not have: points on a circle around the middle of the unit square."""

    kind = "ring"
    radius: float = 0.25

    @property
    def fresh(self):
        return True

    def shape(self):
        return (2,)

    def draw(self, shape, count, generator, skipped=0):
        angle = 2 * np.pi * generator.random(skipped + count)[skipped:]
        return (0.5 + self.radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.float32)

    def draw_blocks(self, size, generator):
        angle = 2 * torch.pi * torch.rand(size[:-1], generator=generator, device=generator.device)
        return 0.5 + self.radius * torch.stack([angle.cos(), angle.sin()], dim=-1)


class Halves(Read):
    """A kind that the program does not have: samples that are stored as other numbers than the network sees."""

    kind = "halves"

    def shape(self):
        return (2,)

    def read(self, data_dir, seed):
        return Parts(*(Labelled(np.full((count, 2), 3, np.float32)) for count in (6, 2, 2)))

    def network_values(self, stored):
        return stored / 2


def test_a_kind_of_its_own_that_is_drawn_anew_is_streamed_like_the_others(monkeypatch):
    monkeypatch.setitem(KINDS, "ring", Ring)
    density = density_of({"ring": {"radius": 0.125}})
    stream = stream_of(density, density.shape(), None, (3, 8), "with_replacement", 0, "x0", CPU)
    blocks = take(4, stream.blocks())
    for block in blocks:
        assert (block.shape, block.dtype) == ((3, 8, 2), torch.float32)
        assert (block - 0.5).norm(dim=-1).numpy() == pytest.approx(np.full((3, 8), 0.125), abs=1e-6)
    assert same([block[:, 2:5] for block in blocks[1:]], take(3, stream.blocks(1, slice(2, 5))))


def test_a_kind_of_its_own_may_also_be_stored(monkeypatch):
    monkeypatch.setitem(KINDS, "ring", Ring)
    density = density_of({"ring": {"radius": 0.125}})
    samples = density.draw((2,), 40, np.random.default_rng(0))
    (block,) = take(1, stream_of(density, (2,), samples, (5, 8), "shuffled", 0, "x0", CPU).blocks())
    assert {tuple(point) for point in block.flatten(0, 1).tolist()} == {tuple(point) for point in samples.tolist()}


def test_a_kind_of_its_own_that_is_read_says_what_the_network_sees(monkeypatch):
    monkeypatch.setitem(KINDS, "halves", Halves)
    density = density_of({"halves": {}})
    train = density.read("unused", 0).train.samples
    (block,) = take(1, stream_of(density, density.shape(), train, (2, 3), "shuffled", 0, "x1", CPU).blocks())
    assert (block == 1.5).all()
    with pytest.raises(InputError, match="halves: there are no stored samples"):
        stream_of(density, (2,), None, (2, 3), "shuffled", 0, "x1", CPU)
