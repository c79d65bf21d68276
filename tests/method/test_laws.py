import subprocess
import sys

import numpy as np
import pytest
import torch

from iadb_core.method.laws import Finite, Normal, Pixels

IMPORTED = "import sys, iadb_core.method.laws; print([name for name in ('numpy', 'torch') if name in sys.modules])"


def test_what_is_known_of_a_density_is_told_without_numpy_and_torch():
    run = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize("law", [Pixels(np.ones((2, 2))), Normal(0.0, 1.0), Finite(torch.zeros(3, 2))])
def test_a_law_never_changes(law):
    (name, *_) = vars(law)
    with pytest.raises(AttributeError):
        setattr(law, name, None)


def test_equal_normal_laws_are_equal():
    assert Normal(0.5, 2.0) == Normal(0.5, 2.0) != Normal(0.5, 1.0)
