import threading
from itertools import count, islice

import numpy as np
import pytest
import torch

from iadb_core.data import stores
from iadb_core.data.stores import fits, in_file, read_ahead, resident
from iadb_core.system.arrays import load_array, save_array
from iadb_core.system.errors import InputError
from iadb_core.system.memory import memory_limit

CPU = torch.device("cpu")


@pytest.mark.parametrize(("shape", "dtype"), [((50, 2), "float32"), ((50, 3, 4, 4), "uint8")])
def test_both_stores_read_the_rows_that_are_asked_for(tmp_path, shape, dtype):
    array = (np.random.default_rng(0).random(shape) * 255).astype(dtype)
    save_array(tmp_path / "a.npy", array)
    mapped = load_array(tmp_path / "a.npy")
    indices = torch.tensor([[3, 49, 0], [7, 7, 21]])
    for read in (resident(array, CPU), in_file(mapped, CPU)):
        assert torch.equal(read(indices), torch.from_numpy(array[indices.numpy()]))


def test_samples_fit_up_to_a_quarter_of_memory(tmp_path):
    def of(size):  # sparse: no byte of it is written
        return np.memmap(tmp_path / "sparse", np.uint8, "w+", shape=(size,))

    quarter = memory_limit() // 4
    assert fits(of(quarter), CPU)
    assert not fits(of(quarter + 1), CPU)
    assert fits(of(quarter // 3), CPU, sharing=3)
    assert not fits(of(quarter // 3 + 1), CPU, sharing=3)


def test_a_file_that_has_become_too_short_is_refused(tmp_path):
    save_array(tmp_path / "a.npy", np.ones((100, 8), np.float32))
    read = in_file(load_array(tmp_path / "a.npy"), CPU)
    with open(tmp_path / "a.npy", "r+b") as file:
        file.truncate(2000)
    assert read(torch.tensor([5])).tolist() == [[1.0] * 8]
    with pytest.raises(InputError, match="ends before its last sample"):
        read(torch.tensor([99]))


@pytest.mark.parametrize("at_once", [1, 16, 7 * 16, 2**26])  # bytes; a sample has 16
def test_a_mapped_file_is_copied_some_samples_at_a_time(tmp_path, monkeypatch, at_once):
    array = np.arange(80.0).reshape(40, 2)
    save_array(tmp_path / "a.npy", array)
    monkeypatch.setattr(stores, "BYTES_AT_ONCE", at_once)
    assert resident(load_array(tmp_path / "a.npy"), CPU)(torch.arange(40)).tolist() == array.tolist()


def test_a_part_of_a_mapped_file_is_copied_as_it_is(tmp_path):
    array = np.arange(40.0).reshape(20, 2)
    save_array(tmp_path / "a.npy", array)
    part = load_array(tmp_path / "a.npy")[5:9]
    assert resident(part, CPU)(torch.arange(4)).tolist() == array[5:9].tolist()


def test_a_mapped_file_that_is_copied_has_become_too_short(tmp_path):
    save_array(tmp_path / "a.npy", np.ones((100, 8), np.float32))
    mapped = load_array(tmp_path / "a.npy")
    with open(tmp_path / "a.npy", "r+b") as file:
        file.truncate(2000)
    with pytest.raises(InputError, match="ends before its last sample"):
        resident(mapped, CPU)


@pytest.mark.parametrize("store", [resident, in_file])
def test_a_file_in_column_major_order_is_refused(store, tmp_path):
    np.save(tmp_path / "a.npy", np.asfortranarray(np.random.default_rng(0).random((5, 3))))
    with pytest.raises(InputError, match="row-major"):
        store(load_array(tmp_path / "a.npy"), CPU)


def test_reading_ahead_gives_everything_in_order():
    assert list(read_ahead(iter(range(100)))) == list(range(100))


def test_reading_ahead_is_a_few_items_and_ends_with_its_reader():
    taken = []
    stream = read_ahead(taken.append(i) or i for i in count())
    assert list(islice(stream, 3)) == [0, 1, 2]
    stream.close()
    for thread in threading.enumerate():
        if thread.daemon:
            thread.join(5)
    assert len(taken) <= 3 + stores.READ_AHEAD + 2


def test_what_the_source_raises_is_raised_to_the_reader():
    def failing():
        yield 1
        raise ValueError("broken")

    stream = read_ahead(failing())
    assert next(stream) == 1
    with pytest.raises(ValueError, match="broken"):
        next(stream)
