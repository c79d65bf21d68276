from typing import get_args

import numpy as np
import pytest
from conftest import idx, small_mnist

from iadb_core.data.digits import digit_labels, digits
from iadb_core.data.image_sets import IMAGE_SETS
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.registry import density_of

FILES = ("images-idx3-ubyte", "labels-idx1-ubyte")


def test_digits_are_split_with_their_labels():
    density = Dataset(name="digits", size=16, margin=2)
    parts = density.read("unused", 3)
    assert [len(part.samples) for part in parts] == [len(part.labels) for part in parts] == [1439, 179, 179]
    by_image = {image.tobytes(): label for image, label in zip(digits((16, 16), 2), digit_labels(), strict=True)}
    for part in parts:
        assert [by_image[image.tobytes()] for image in part.samples] == part.labels.tolist()


def test_of_a_set_of_torchvisions_all_training_images_are_trained_on_and_the_test_images_halved(tmp_path):
    arrays, raw = small_mnist(), tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, array in arrays.items():
        (raw / name).write_bytes(idx(array))
    density = density_of({"dataset": Dataset(name="MNIST", size=32).made_of()})  # as the job that reads has it
    test = {image.tobytes(): label for image, label in zip(*(arrays[f"t10k-{what}"] for what in FILES), strict=True)}
    for seed in (0, 1):
        train, validation, held_out = density.read(tmp_path, seed)
        for found, what in zip((train.samples[:, 0], train.labels), FILES, strict=True):
            assert np.array_equal(found, arrays[f"train-{what}"])
        found = [*zip(validation.samples, validation.labels, strict=True)]
        found += zip(held_out.samples, held_out.labels, strict=True)
        assert {image.tobytes(): label for image, label in found} == test
        assert len(validation.samples) == len(held_out.samples) == 10
    assert density.split_seed(5) == 0
    assert Dataset(name="digits", size=16).split_seed(5) == 5


def test_every_set_has_its_line_in_the_registry():
    names = get_args(Dataset.model_fields["name"].annotation)
    assert list(names) == list(IMAGE_SETS)
    for name in names:
        density = Dataset(name=name, size=32)
        assert density.shape()[0] in (1, 3)
        assert len(density.class_names()) > 1


@pytest.mark.parametrize(
    ("name", "shape"), [("digits", (1, 16, 16)), ("FashionMNIST", (1, 16, 16)), ("CIFAR10", (3, 16, 16))]
)
def test_samples_have_the_channels_of_the_set(name, shape):
    assert Dataset(name=name, size=16).shape() == shape


def test_what_is_stored_of_digits_depends_on_their_size_and_else_on_the_name_alone():
    assert Dataset(name="digits", size=16, margin=2).made_of() == {"name": "digits", "size": 16, "margin": 2}
    assert Dataset(name="MNIST", size=16).made_of() == Dataset(name="MNIST", size=32).made_of() == {"name": "MNIST"}
    cut = [Dataset(name="EuroSAT", size=size).made_of() for size in (16, 32)]
    assert cut == [{"name": "EuroSAT", "size": size, "margin": 0} for size in (16, 32)]
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
        Dataset(name="MNIST", size=32, width=24).labelled_as(0),
        Dataset(name="KMNIST", size=32).labelled_as(0),
        Dataset(name="SEMEION", size=16).labelled_as(0),
        Dataset(name="SEMEION", size=16).labelled_as(1),
    ]
    assert len(set(names)) == len(names)
    assert Dataset(name="MNIST", size=32).labelled_as(0) == Dataset(name="MNIST", size=32).labelled_as(1)


def test_a_margin_is_of_digits_alone_and_leaves_eight_pixels():
    for wrong in ({"name": "MNIST", "size": 32, "margin": 2}, {"name": "digits", "size": 16, "margin": 5}):
        with pytest.raises(ValueError, match="margin"):
            Dataset(**wrong)
    assert Dataset(name="digits", size=16, margin=4).margin == 4
