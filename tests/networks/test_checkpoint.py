import json
import os
import zipfile

import pytest
import torch
from conftest import files_limited
from small import SHAPES, SIZES, network

from iadb_core.networks import checkpoint
from iadb_core.networks.building import laid_out
from iadb_core.networks.registry import NETWORKS
from iadb_core.system.errors import InputError

MLP = SIZES["mlp"].model_copy(update={"hidden_layers": 2})


def make(seed=0):
    return network("mlp", seed=seed, hidden_layers=2)


def save(path, network, sizes=MLP, shape=(2,), settings=None):
    checkpoint.save(path, network, sizes, shape, settings or {"training": {"steps": 5}}, seed=7, steps=5)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


NO_FIT = "do not fit|is not a readable checkpoint"  # some releases of torch see it before


def test_a_checkpoint_holds_all_that_builds_the_network_again(tmp_path):
    network = make()
    save(tmp_path / "model.pt", network)
    loaded, content = checkpoint.load(tmp_path / "model.pt")
    x, alpha = torch.randn(5, 2), torch.rand(5)
    assert torch.equal(loaded(x, alpha), network(x, alpha))
    assert not loaded.training
    assert content["seed"] == 7
    assert content["steps"] == 5
    assert content["settings"] == {"training": {"steps": 5}}
    assert content["network"] == {"name": "mlp", "shape": [2], "settings": {"width": 8, "hidden_layers": 2}}
    assert content["versions"]["torch"] == torch.__version__
    torch.load(tmp_path / "model.pt", weights_only=True)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_had_again_from_its_file(tmp_path, name):
    before = network(name)
    with torch.no_grad():
        for tensor in (*before.parameters(), *before.buffers()):
            tensor.add_(torch.randn(tensor.shape), alpha=0.1)
    save(tmp_path / "model.pt", before, SIZES[name], SHAPES[name])
    after, _ = checkpoint.load(tmp_path / "model.pt")
    x, alpha = torch.randn(3, *SHAPES[name]), torch.rand(3)
    assert torch.equal(after(x, alpha), before(x, alpha))
    tensors = before.state_dict()
    assert all(torch.equal(value, tensors[key]) for key, value in after.state_dict().items())


def test_a_disk_that_becomes_full_is_told(tmp_path):
    large = network("mlp", width=64, hidden_layers=4)
    with files_limited(20_000), pytest.raises(InputError, match=r"cannot write .*model\.pt: File too large"):
        save(tmp_path / "model.pt", large)
    assert list(tmp_path.iterdir()) == []


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("a.pt", "b.pt"):
        save(tmp_path / name, make())
    save(tmp_path / "c.pt", make(seed=1))
    first, second, other = ((tmp_path / name).read_bytes() for name in ("a.pt", "b.pt", "c.pt"))
    assert first == second != other


def test_equal_settings_give_the_same_bytes_wherever_they_come_from(tmp_path):
    """Texts that are equal are one object in one process, and several in another: the file does not tell."""
    settings = {"network": {"name": "mlp", "width": 8}, "training": {"steps": 5, "seed": 0}, "names": ["mlp", "name"]}
    save(tmp_path / "a.pt", make(), settings=settings)
    save(tmp_path / "b.pt", make(), settings=json.loads(json.dumps(settings)))
    assert len({(tmp_path / name).read_bytes() for name in ("a.pt", "b.pt")}) == 1


def test_channels_last_weights_are_stored_plainly(tmp_path):
    unet = network("unet")
    save(tmp_path / "a.pt", unet, SIZES["unet"], SHAPES["unet"])
    save(tmp_path / "b.pt", laid_out(unet), SIZES["unet"], SHAPES["unet"])
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.pt").read_bytes()


class Bomb:
    def __reduce__(self):
        return (os.system, ("touch exploded",))


@pytest.mark.parametrize("kind", ["missing", "truncated", "empty", "text", "code", "list", "other format", "zip"])
def test_what_is_no_checkpoint_is_refused_by_name_and_runs_nothing(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.pt"
    save(path, make())
    whole = path.read_bytes()
    match kind:
        case "missing":
            path.unlink()
        case "truncated":
            path.write_bytes(whole[: len(whole) // 2])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_bytes(b"weights")
        case "code":
            torch.save({"format": checkpoint.FORMAT, "weights": Bomb()}, path)
        case "list":
            torch.save([1, 2], path)
        case "other format":
            torch.save({"format": "something else"}, path)
        case "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a", "b")
    with pytest.raises(InputError, match=r"model\.pt.*delete it"):
        checkpoint.load(path)
    assert not (tmp_path / "exploded").exists()


def test_weights_of_another_network_are_refused(tmp_path):
    save(tmp_path / "model.pt", make(), MLP.model_copy(update={"width": 9}))
    with pytest.raises(InputError, match=NO_FIT):
        checkpoint.load(tmp_path / "model.pt")


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "transformer"},
        {"name": ["mlp"]},
        {"shape": [1, 8, 8]},
        {"shape": [0]},
        {"shape": [2.0]},
        {"shape": [True]},
        {"shape": [10**9]},
        {"shape": [2] * 9},
        {"shape": []},
        {"shape": None},
        {"settings": {"width": 8}},  # the default of what is missing is another
        {"settings": {"width": 8, "hidden_layers": 2, "depth": 3}},
        {"settings": {"width": "8", "hidden_layers": 2}},
        {"settings": {"width": 10**9, "hidden_layers": 2}},
        {"settings": None},
    ],
)
def test_a_description_that_is_not_of_the_weights_is_refused(tmp_path, changed):
    path = tmp_path / "model.pt"
    save(path, make())
    content = torch.load(path, weights_only=True)
    content["network"] |= changed
    torch.save(content, path)
    with pytest.raises(InputError, match=r"model\.pt: its weights do not fit its network .*delete it"):
        checkpoint.load(path)


@pytest.mark.parametrize("spoil", [lambda t: t.double(), lambda t: t.to_sparse(), lambda t: t[:1], lambda t: None])
@pytest.mark.parametrize("which", [0, -1])
def test_weights_of_another_kind_or_shape_are_refused(tmp_path, spoil, which):
    path = tmp_path / "model.pt"
    save(path, make())
    content = torch.load(path, weights_only=True)
    name = list(content["weights"])[which]
    content["weights"][name] = spoil(content["weights"][name])
    torch.save(content, path)
    with pytest.raises(InputError, match=NO_FIT):
        checkpoint.load(path)
