"""Small archives of torchvision's data sets, in the formats of the real ones; each gives what should be read of it."""

import bz2
import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import zipfile

import numpy as np
from conftest import idx
from PIL import Image
from scipy.io import savemat

TRAIN, TEST = 12, 7


def _random():
    return np.random.default_rng(0)


def _images(*shape):
    return _random().integers(0, 256, shape, np.uint8)


def _md5(path):
    return hashlib.md5(path.read_bytes()).hexdigest()


def _tar(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def qmnist(folder, url, dataset, monkeypatch):
    resources, found = {}, []
    for part, count in (("train", TRAIN), ("test", TEST)):
        images, labels = _images(count, 28, 28), _random().integers(0, 10, (count, 8), np.int32)
        files = {f"{part}-images.gz": idx(images), f"{part}-labels-idx2-int.gz": _idx_of_integers(labels)}
        for name, content in files.items():
            (folder / name).write_bytes(gzip.compress(content, mtime=0))
        resources[part] = [(url + name, _md5(folder / name)) for name in files]
        found.append((images[:, None], labels[:, 0]))
    monkeypatch.setattr(dataset, "resources", resources)
    return found


def _idx_of_integers(array):
    return bytes([0, 0, 12, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(">i4").tobytes()


def emnist_letters(folder, url, dataset, monkeypatch):
    found = []
    with zipfile.ZipFile(folder / "gzip.zip", "w") as archive:
        for part, count in (("train", TRAIN), ("test", TEST)):
            images, labels = _images(count, 28, 28), _random().integers(1, 27, count).astype(np.uint8)
            lying = np.ascontiguousarray(images.transpose(0, 2, 1))
            for what, array in (("images-idx3", lying), ("labels-idx1", labels)):
                archive.writestr(f"gzip/emnist-letters-{part}-{what}-ubyte.gz", gzip.compress(idx(array), mtime=0))
            found.append((images[:, None], labels - 1))
    monkeypatch.setattr(dataset, "url", url + "gzip.zip")
    monkeypatch.setattr(dataset, "md5", _md5(folder / "gzip.zip"))
    return found


def cifar10(folder, url, dataset, monkeypatch):
    files, found, sums = {}, [], {}
    for part, names in (("train", ("data_batch_1", "data_batch_2")), ("test", ("test_batch",))):
        images, labels = _images(6 * len(names), 3, 32, 32), list(range(6 * len(names)))
        for number, name in enumerate(names):
            rows = slice(6 * number, 6 * number + 6)
            files[name] = pickle.dumps({"data": images[rows].reshape(6, -1), "labels": labels[rows]})
            sums[name] = hashlib.md5(files[name]).hexdigest()
        monkeypatch.setattr(dataset, f"{part}_list", [[name, sums[name]] for name in names])
        found.append((images, labels))
    files["batches.meta"] = pickle.dumps({"label_names": ["a"] * 10})
    told = {"filename": "batches.meta", "key": "label_names", "md5": hashlib.md5(files["batches.meta"]).hexdigest()}
    monkeypatch.setattr(dataset, "meta", told)
    _tar(folder / dataset.filename, {f"{dataset.base_folder}/{name}": content for name, content in files.items()})
    monkeypatch.setattr(dataset, "url", url + dataset.filename)
    monkeypatch.setattr(dataset, "tgz_md5", _md5(folder / dataset.filename))
    return found


def svhn(folder, url, dataset, monkeypatch):
    told, found = {}, []
    for part, count in (("train", TRAIN), ("test", TEST)):
        images, labels = _images(count, 3, 32, 32), np.arange(1, count + 1) % 10
        numbers = np.where(labels == 0, 10, labels)[:, None]
        savemat(folder / f"{part}_32x32.mat", {"X": images.transpose(2, 3, 1, 0), "y": numbers})
        told[part] = [f"{url}{part}_32x32.mat", f"{part}_32x32.mat", _md5(folder / f"{part}_32x32.mat")]
        found.append((images, labels))
    monkeypatch.setattr(dataset, "split_list", told)
    return found


def usps(folder, url, dataset, monkeypatch):
    told, found = {}, []
    for part, count in (("train", TRAIN), ("test", TEST)):
        images, labels = _images(count, 16, 16), np.arange(count) % 10
        rows = [
            f"{label + 1} " + " ".join(f"{k + 1}:{value / 127.5 - 1 + 1e-6:.6f}" for k, value in enumerate(pixels))
            for label, pixels in zip(labels, images.reshape(count, -1).astype(float), strict=True)
        ]
        (folder / f"usps.{part}.bz2").write_bytes(bz2.compress("\n".join(rows).encode()))
        told[part] = [f"{url}usps.{part}.bz2", f"usps.{part}.bz2", _md5(folder / f"usps.{part}.bz2")]
        found.append((images[:, None], labels))
    monkeypatch.setattr(dataset, "split_list", told)
    return found


def semeion(folder, url, dataset, monkeypatch):
    images, labels = _random().integers(0, 2, (TRAIN, 16, 16)), np.arange(TRAIN) % 10
    rows = np.concatenate([images.reshape(TRAIN, -1), np.eye(10)[labels]], axis=1)
    np.savetxt(folder / "semeion.data", rows)
    monkeypatch.setattr(dataset, "url", url + "semeion.data")
    monkeypatch.setattr(dataset, "md5_checksum", _md5(folder / "semeion.data"))
    return [(255 * images[:, None], labels)]


def stl10(folder, url, dataset, monkeypatch):
    files, found = {}, []
    for part, count in (("train", 3), ("test", 2)):
        images, labels = _images(count, 3, 96, 96), np.arange(count) % 10
        files[f"{part}_X.bin"] = np.ascontiguousarray(images.transpose(0, 1, 3, 2)).tobytes()
        files[f"{part}_y.bin"] = (labels + 1).astype(np.uint8).tobytes()
        names = [f"{part}_X.bin", f"{part}_y.bin"]
        told = [[name, hashlib.md5(files[name]).hexdigest()] for name in names]
        monkeypatch.setattr(dataset, f"{part}_list", told)
        found.append((images, labels))
    _tar(folder / dataset.filename, {f"{dataset.base_folder}/{name}": content for name, content in files.items()})
    monkeypatch.setattr(dataset, "url", url + dataset.filename)
    monkeypatch.setattr(dataset, "tgz_md5", _md5(folder / dataset.filename))
    return found


ARRAYS = {
    "QMNIST": qmnist,
    "EMNIST-letters": emnist_letters,
    "CIFAR10": cifar10,
    "SVHN": svhn,
    "USPS": usps,
    "SEMEION": semeion,
    "STL10": stl10,
}


def flowers(folder, url, dataset, monkeypatch):
    """Photographs of two colours, left and right: 16×16 pixels and wider. Their classes, of training and test."""
    colours, files = [], {}
    for number in range(1, 8):
        pixels = np.zeros((16, 16 + 4 * number, 3), np.uint8)
        pixels[:, : pixels.shape[1] // 2], pixels[:, pixels.shape[1] // 2 :] = 30 * number, 255 - 30 * number
        colours.append(30 * number)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
        files[f"jpg/image_{number:05}.jpg"] = buffer.getvalue()
    _tar(folder / "102flowers.tgz", files)
    savemat(folder / "imagelabels.mat", {"labels": np.arange(1, 8)[None]})
    savemat(folder / "setid.mat", {"trnid": [[1, 2, 5, 6]], "valid": [[7]], "tstid": [[3, 4]]})
    names = {"image": "102flowers.tgz", "label": "imagelabels.mat", "setid": "setid.mat"}
    monkeypatch.setattr(dataset, "_download_url_prefix", url)
    monkeypatch.setattr(dataset, "_file_dict", {what: (name, _md5(folder / name)) for what, name in names.items()})
    return [[(30 * number, number - 1) for number in part] for part in ((1, 2, 5, 6), (3, 4))]
