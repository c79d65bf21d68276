import gzip
import hashlib
import http.server
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ClassVar

import numpy as np
import pytest
import small_sets
from conftest import idx, serving, small_mnist

from iadb_core.data import torchvision_sets
from iadb_core.data.torchvision_import import import_torchvision
from iadb_core.data.torchvision_sets import at_hand, torchvision_set
from iadb_core.system import downloads
from iadb_core.system.errors import InputError


class CountingHandler(http.server.SimpleHTTPRequestHandler):
    requests: ClassVar[list[str]] = []

    def do_GET(self):
        self.requests.append(self.path)
        super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A local HTTP server with a small MNIST, which torchvision's data set is told to expect."""
    served = tmp_path / "served"
    served.mkdir()
    arrays = {f"{name}.gz": array for name, array in small_mnist().items()}
    for name, array in arrays.items():
        (served / name).write_bytes(gzip.compress(idx(array), mtime=0))
    CountingHandler.requests.clear()
    dataset = import_torchvision().datasets.MNIST
    sums = [(name, hashlib.md5((served / name).read_bytes()).hexdigest()) for name in arrays]
    monkeypatch.setattr(dataset, "resources", sums)
    with serving(partial(CountingHandler, directory=str(served))) as address:
        monkeypatch.setattr(dataset, "mirrors", [f"{address}/"])
        yield served, arrays


def same(splits, arrays):
    return all(
        np.array_equal(part.samples[:, 0], arrays[f"{name}-images-idx3-ubyte.gz"])
        and np.array_equal(part.labels, arrays[f"{name}-labels-idx1-ubyte.gz"])
        for part, name in zip(splits, ("train", "t10k"), strict=True)
    )


def test_mnist_is_downloaded_verified_and_then_kept(mirror, tmp_path):
    _, arrays = mirror
    data = tmp_path / "data"
    assert same(torchvision_set("MNIST", data), arrays)
    assert sorted(path.name for path in data.rglob("*") if path.is_file()) == sorted(arrays)
    downloads = len(CountingHandler.requests)
    assert same(torchvision_set("MNIST", data), arrays)
    assert len(CountingHandler.requests) == downloads


def test_two_that_need_it_at_once_download_it_once(mirror, tmp_path):
    _, arrays = mirror
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: torchvision_set("MNIST", tmp_path / "data"), range(2)))
    assert all(same(splits, arrays) for splits in found)
    assert len(CountingHandler.requests) == len(arrays)


def test_a_corrupted_download_is_refused_and_leaves_what_is_right(mirror, tmp_path):
    served, arrays = mirror
    whole = (served / "t10k-images-idx3-ubyte.gz").read_bytes()
    (served / "t10k-images-idx3-ubyte.gz").write_bytes(whole[:-20] + bytes(20))
    with pytest.raises(InputError, match=r"could not be downloaded.*127\.0\.0\.1.*data_dir; .*digits is bundled"):
        torchvision_set("MNIST", tmp_path / "data")
    kept = sorted(path.name for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert kept == ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]  # that came before it, and are right
    (served / "t10k-images-idx3-ubyte.gz").write_bytes(whole)
    CountingHandler.requests.clear()
    assert same(torchvision_set("MNIST", tmp_path / "data"), arrays)
    assert CountingHandler.requests == ["/t10k-images-idx3-ubyte.gz", "/t10k-labels-idx1-ubyte.gz"]


def test_a_folder_of_archives_alone_is_read_and_not_written_to(mirror, tmp_path):
    served, arrays = mirror
    raw = tmp_path / "elsewhere" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in arrays:
        assert not at_hand("MNIST", tmp_path / "elsewhere")
        (raw / name).write_bytes((served / name).read_bytes())
    assert at_hand("MNIST", tmp_path / "elsewhere")
    assert same(torchvision_set("MNIST", tmp_path / "elsewhere"), arrays)
    assert sorted(path.name for path in raw.iterdir()) == sorted(arrays)
    assert not CountingHandler.requests


def test_a_folder_of_unpacked_files_alone_is_read(mirror, tmp_path):
    served, arrays = mirror
    raw = tmp_path / "elsewhere" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in arrays:
        (raw / name).with_suffix("").write_bytes(gzip.decompress((served / name).read_bytes()))
    assert at_hand("MNIST", tmp_path / "elsewhere")
    assert same(torchvision_set("MNIST", tmp_path / "elsewhere"), arrays)
    assert not CountingHandler.requests
    images_file = raw / "train-images-idx3-ubyte"
    images_file.write_bytes(images_file.read_bytes()[:-100])
    with pytest.raises(InputError, match="corrupted"):
        torchvision_set("MNIST", tmp_path / "elsewhere")


def test_a_corrupted_archive_is_replaced_by_a_good_one(mirror, tmp_path):
    _, arrays = mirror
    raw = tmp_path / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte.gz").write_bytes(b"damaged")
    assert same(torchvision_set("MNIST", tmp_path / "data"), arrays)


def test_without_data_and_network_one_message_says_what_to_do(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(import_torchvision().datasets.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(InputError) as error:
        torchvision_set("MNIST", tmp_path / "data")
    message = str(error.value)
    for part in (
        "127.0.0.1:9",
        "train-images-idx3-ubyte.gz",
        str(tmp_path / "data" / "MNIST" / "raw"),
        "data_dir",
        "digits is",
    ):
        assert part in message
    assert "\n" not in message


def test_a_mirror_that_hangs_is_given_up(mirror, tmp_path, monkeypatch):
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        monkeypatch.setattr(import_torchvision().datasets.MNIST, "mirrors", [address])
        monkeypatch.setattr(downloads, "TIMEOUT_SECONDS", 0.3)
        with pytest.raises(InputError, match="timed out"):
            torchvision_set("MNIST", tmp_path / "data")


@pytest.fixture
def served(tmp_path):
    """A folder that is served, and its address."""
    folder = tmp_path / "served"
    folder.mkdir()
    CountingHandler.requests.clear()
    with serving(partial(CountingHandler, directory=str(folder))) as address:
        yield folder, f"{address}/"


@pytest.mark.parametrize("name", small_sets.ARRAYS)
def test_each_set_is_downloaded_verified_read_and_kept(name, served, tmp_path, monkeypatch):
    dataset = getattr(import_torchvision().datasets, name.split("-")[0])
    expected = small_sets.ARRAYS[name](*served, dataset, monkeypatch)
    data = tmp_path / "data"
    assert not at_hand(name, data)
    for _ in range(2):
        found = torchvision_set(name, data)
        assert len(found) == len(expected)
        for part, (images, labels) in zip(found, expected, strict=True):
            assert part.samples.dtype == np.uint8
            assert np.array_equal(part.samples, images)
            assert np.array_equal(part.labels, labels)
    assert at_hand(name, data)
    assert len(CountingHandler.requests) == len(list(served[0].iterdir()))
    damaged = next(path for path in data.rglob("*") if path.is_file() and not path.name.startswith("."))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert not at_hand(name, data)
    assert len(torchvision_set(name, data)) == len(expected)


def test_photographs_are_cut_to_their_middle_and_left_as_they_were_unpacked(served, tmp_path, monkeypatch):
    expected = small_sets.flowers(*served, import_torchvision().datasets.Flowers102, monkeypatch)
    for _ in range(2):
        found = torchvision_set("Flowers102", tmp_path / "data", (8, 8), threads=2)
        for part, told in zip(found, expected, strict=True):
            assert part.samples.shape == (len(told), 3, 8, 8)
            assert part.labels.tolist() == [label for _, label in told]
            for image, (left, _) in zip(part.samples.astype(int), told, strict=True):
                assert np.abs(image[:, :, :3] - left).max() < 20
                assert np.abs(image[:, :, -3:] - (255 - left)).max() < 20
        assert len(CountingHandler.requests) == 3 * 2  # torchvision asks each address for where it leads first
    assert sorted(path.name for path in (tmp_path / "data").iterdir() if path.name[0] != ".") == ["flowers-102"]


def test_photographs_that_cannot_be_had_are_told_and_leave_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(import_torchvision().datasets.Flowers102, "_download_url_prefix", "http://127.0.0.1:9/")
    with pytest.raises(
        InputError, match=r"Flowers102 is not in .* and could not be downloaded .*torchvision's Flowers102"
    ):
        torchvision_set("Flowers102", tmp_path / "data", (8, 8))
    assert [path for path in (tmp_path / "data").iterdir() if path.is_dir()] == []


def test_colour_sets_are_stored_channels_first():
    stored = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    assert np.array_equal(torchvision_sets._channels_first(stored)[:, 1], stored[..., 1])
