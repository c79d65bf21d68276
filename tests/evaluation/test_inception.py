import sys

import numpy as np
import pytest

from iadb_core.data.torchvision_import import import_torchvision
from iadb_core.evaluation import inception
from iadb_core.evaluation.inception import Inception
from iadb_core.system import downloads
from iadb_core.system.errors import InputError


@pytest.fixture
def asked(monkeypatch):
    """What would be downloaded; each download fails, whether or not there is a network, or a copy on this machine."""
    import_torchvision()
    addresses = []

    def refuse(address, *_, **__):
        addresses.append(address)
        raise OSError("no route to host")

    monkeypatch.setattr("torch_fidelity.feature_extractor_inceptionv3.load_state_dict_from_url", refuse)
    return addresses


def test_without_its_weights_it_says_what_to_do(asked):
    with pytest.raises(InputError, match=r"inception.*no route to host.*inception: false"):
        Inception()
    assert [address.rpartition("/")[2] for address in asked] == ["weights-inception-2015-12-05-6726825d.pth"]


def test_without_its_packages_it_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchmetrics.image.fid", None)
    with pytest.raises(InputError, match="pip install torch-fidelity"):
        Inception()


def test_features_are_those_of_the_network_for_gray_and_for_colour(monkeypatch):
    """With random weights in the place of the published ones."""
    import_torchvision()
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    monkeypatch.setattr(FeatureExtractorInceptionV3, "load_state_dict", lambda self, weights: None)
    monkeypatch.setattr("torch_fidelity.feature_extractor_inceptionv3.load_state_dict_from_url", lambda *_, **__: {})
    monkeypatch.setattr(inception, "IMAGES_AT_ONCE", 2)
    network = Inception()
    images = np.random.default_rng(0).random((3, 1, 16, 16), dtype=np.float32)
    features = network.features(images)
    assert features.shape == (3, 2048)
    assert np.allclose(features, network.features(np.repeat(images, 3, axis=1)), rtol=1e-3, atol=1e-12)
    assert not np.allclose(features[0], features[1], rtol=1e-2, atol=0)


def test_sockets_are_impatient_only_inside():
    import socket

    with downloads.impatient_sockets():
        assert socket.getdefaulttimeout() == downloads.TIMEOUT_SECONDS
    assert socket.getdefaulttimeout() is None
