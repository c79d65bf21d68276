import gzip
import hashlib
import http.server
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ClassVar

import numpy as np
import pytest
from conftest import idx, serving, small_mnist
from PIL import Image

from iadb_core import downloads, images
from iadb_core.files import InputError
from iadb_core.images import at_hand, digits, folder, held_out_tenth, torchvision_set
from iadb_core.torchvision_import import import_torchvision

RANDOM = np.random.default_rng(0)


def test_digits_are_scikit_learns_enlarged_inside_a_margin():
    from sklearn.datasets import load_digits

    pixels = digits(16, 4)
    assert pixels.shape == (1797, 1, 16, 16)
    assert np.abs(pixels[:, 0, 4:12, 4:12] / 255 - load_digits().images / 16).max() < 0.003
    large = digits(16, 2)
    assert large[:, :, :2].max() == large[:, :, -2:].max() == large[..., :2].max() == large[..., -2:].max() == 0
    assert large.max() == 255


def test_digits_refuse_a_margin_that_leaves_nothing():
    with pytest.raises(InputError, match="margin of 5"):
        digits(16, 5)


def test_a_tenth_is_held_out_disjoint_and_by_seed():
    numbered = np.arange(1797)
    train, held_out = held_out_tenth(numbered, 0)
    assert (len(train), len(held_out)) == (1618, 179)
    assert sorted([*train, *held_out]) == list(numbered)
    assert not np.array_equal(held_out, held_out_tenth(numbered, 1)[1])
    assert [len(part) for part in held_out_tenth(numbered[:2], 0)] == [1, 1]
    assert [len(part) for part in held_out_tenth(numbered[:1], 0)] == [1, 1]


@pytest.fixture
def mixed_folder(tmp_path):
    """Images of many formats, sizes and modes, in subfolders, beside a file that is none."""
    inner = tmp_path / "inner"
    inner.mkdir()
    colour = Image.fromarray(RANDOM.integers(0, 256, (20, 30, 3), np.uint8))
    colour.save(tmp_path / "a.png")
    colour.save(tmp_path / "b.jpg", quality=95, subsampling=0)
    colour.convert("L").save(inner / "c.GIF")
    colour.convert("RGBA").save(inner / "d.webp", lossless=True)
    colour.convert("P").save(tmp_path / "e.png")
    Image.fromarray(np.full((9, 9), 65535, np.uint16)).save(tmp_path / "f.png")
    colour.convert("CMYK").save(tmp_path / "g.tif")
    (tmp_path / "notes.txt").write_text("not an image")
    return tmp_path


@pytest.mark.parametrize("channels", [1, 3])
def test_a_folder_of_mixed_images(mixed_folder, channels):
    pixels = folder(mixed_folder, 16, channels)
    assert pixels.shape == (7, channels, 16, 16)
    assert pixels.dtype == np.uint8
    colour = pixels[0].astype(int)  # a.png; the others hold the same picture
    likeness = {"b.jpg": (1, 8), "e.png": (2, 40), "g.tif": (4, 8), "c.GIF": (5, 2), "d.webp": (6, 2)}
    for name, (index, tolerance) in likeness.items():
        if channels == 1 or name != "c.GIF":  # which is gray
            assert np.abs(pixels[index] - colour).mean() < tolerance, name
    assert (pixels[3] == 255).all()  # f.png: white, 16 bits


def test_images_are_cropped_to_their_middle_square(tmp_path):
    pixels = np.zeros((8, 24), np.uint8)
    pixels[:, 8:16] = 200
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    assert (folder(tmp_path, 8, 1) == 200).all()


def test_an_empty_or_missing_folder_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match=rf"{path.name}: no images"):
            folder(path, 16, 1)


def test_a_broken_image_among_many_is_named(mixed_folder):
    broken = mixed_folder / "inner" / "broken.png"
    broken.write_bytes((mixed_folder / "a.png").read_bytes()[:200])
    with pytest.raises(InputError, match=r"1 of 8 images.*broken\.png"):
        folder(mixed_folder, 16, 1)


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
    train, test = splits
    return np.array_equal(train[:, 0], arrays["train-images-idx3-ubyte.gz"]) and np.array_equal(
        test[:, 0], arrays["t10k-images-idx3-ubyte.gz"]
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
    with pytest.raises(InputError, match=r"could not be downloaded.*127\.0\.0\.1.*data_dir=.*digits\.gif"):
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
    for part in ("127.0.0.1:9", "train-images-idx3-ubyte.gz", str(tmp_path / "data" / "MNIST" / "raw"), "digits.gif"):
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


def test_colour_sets_are_stored_channels_first():
    stored = RANDOM.integers(0, 256, (4, 32, 32, 3), np.uint8)
    assert np.array_equal(images._channels_first(stored)[:, 1], stored[..., 1])
