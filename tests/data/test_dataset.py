import numpy as np
import pytest
from conftest import idx, small_mnist

from iadb_core.data.digits import digit_labels, digits
from iadb_core.data.kinds.dataset import Dataset


def test_digits_are_split_with_their_labels():
    density = Dataset(name="digits", size=16, margin=2)
    images, labels = density.read("unused", 3), density.labels("unused", 3)
    assert [len(part) for part in images] == [len(part) for part in labels] == [1618, 179]
    by_image = {image.tobytes(): label for image, label in zip(digits(16, 2), digit_labels(), strict=True)}
    for pixels, classes in zip(images, labels, strict=True):
        assert [by_image[image.tobytes()] for image in pixels] == classes.tolist()


def test_a_set_of_torchvisions_is_read_from_its_folder_whatever_the_seed(tmp_path):
    arrays, raw = small_mnist(), tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, array in arrays.items():
        (raw / name).write_bytes(idx(array))
    density = Dataset(name="MNIST", size=32)
    for seed in (0, 1):
        for part, split in zip(density.read(tmp_path, seed), ("train", "t10k"), strict=True):
            assert np.array_equal(part[:, 0], arrays[f"{split}-images-idx3-ubyte"])
        for part, split in zip(density.labels(tmp_path, seed), ("train", "t10k"), strict=True):
            assert np.array_equal(part, arrays[f"{split}-labels-idx1-ubyte"])
    assert density.split_seed(5) == 0
    assert Dataset(name="digits", size=16).split_seed(5) == 5


@pytest.mark.parametrize(
    ("name", "shape"), [("digits", (1, 16, 16)), ("FashionMNIST", (1, 16, 16)), ("CIFAR10", (3, 16, 16))]
)
def test_samples_have_the_channels_of_the_set(name, shape):
    assert Dataset(name=name, size=16).shape() == shape


def test_what_is_stored_of_digits_depends_on_their_size_and_else_on_the_name_alone():
    assert Dataset(name="digits", size=16, margin=2).made_of() == {"name": "digits", "size": 16, "margin": 2}
    assert Dataset(name="MNIST", size=16).made_of() == Dataset(name="MNIST", size=32).made_of() == {"name": "MNIST"}
    scaled = Dataset(name="digits", size=16, scaling=[(0.1, 0.2)])
    assert scaled.made_of() == Dataset(name="digits", size=16).made_of()
    assert scaled.canonical() != Dataset(name="digits", size=16).canonical()


def test_labelled_data_have_a_name_for_each_of_what_a_classifier_sees():
    names = [
        Dataset(name="digits", size=16).labelled_as(0),
        Dataset(name="digits", size=16).labelled_as(1),
        Dataset(name="digits", size=16, margin=2).labelled_as(0),
        Dataset(name="digits", size=24).labelled_as(0),
        Dataset(name="MNIST", size=32).labelled_as(0),
        Dataset(name="MNIST", size=24).labelled_as(0),
        Dataset(name="KMNIST", size=32).labelled_as(0),
    ]
    assert len(set(names)) == len(names)
    assert Dataset(name="MNIST", size=32).labelled_as(0) == Dataset(name="MNIST", size=32).labelled_as(1)


def test_a_margin_is_of_digits_alone_and_leaves_eight_pixels():
    for wrong in ({"name": "MNIST", "size": 32, "margin": 2}, {"name": "digits", "size": 16, "margin": 5}):
        with pytest.raises(ValueError, match="margin"):
            Dataset(**wrong)
    assert Dataset(name="digits", size=16, margin=4).margin == 4
