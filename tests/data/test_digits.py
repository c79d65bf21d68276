import numpy as np
import pytest

from iadb_core.data.digits import digit_labels, digits
from iadb_core.system.errors import InputError


def test_digits_are_scikit_learns_enlarged_inside_a_margin():
    from sklearn.datasets import load_digits

    pixels = digits((16, 16), 4)
    assert pixels.shape == (1797, 1, 16, 16)
    assert np.abs(pixels[:, 0, 4:12, 4:12] / 255 - load_digits().images / 16).max() < 0.003
    large = digits((16, 16), 2)
    assert large[:, :, :2].max() == large[:, :, -2:].max() == large[..., :2].max() == large[..., -2:].max() == 0
    assert large.max() == 255


def test_digits_refuse_a_margin_that_leaves_nothing():
    with pytest.raises(InputError, match="margin of 5"):
        digits((24, 16), 5)


def test_digits_may_be_higher_than_wide():
    pixels = digits((24, 16), 2)
    assert pixels.shape == (1797, 1, 24, 16)
    assert pixels[:, :, 2:-2, 2:-2].any(axis=(0, 1)).all()


def test_labels_are_scikit_learns():
    from sklearn.datasets import load_digits

    labels = digit_labels()
    assert (labels.shape, labels.dtype) == ((1797,), np.int64)
    assert np.array_equal(labels, load_digits().target)
