import os
import zipfile

import pytest
import torch
from conftest import files_limited

from iadb_core.networks import checkpoint
from iadb_core.networks import registry as networks
from iadb_core.system.errors import InputError

DESCRIPTION = {"name": "mlp", "shape": [2], "settings": {"width": 8, "hidden_layers": 2}}


def make(seed=0):
    return networks.build("mlp", (2,), DESCRIPTION["settings"], torch.Generator().manual_seed(seed))


def save(path, network, **changes):
    arguments = {"description": DESCRIPTION, "settings": {"training": {"steps": 5}}, "seed": 7, "steps": 5} | changes
    checkpoint.save(path, network, **arguments)


def test_a_checkpoint_holds_all_that_builds_the_network_again(tmp_path):
    network = make()
    save(tmp_path / "model.pt", network)
    loaded, content = checkpoint.load(tmp_path / "model.pt")
    x, alpha = torch.randn(5, 2), torch.rand(5)
    assert torch.equal(loaded(x, alpha), network(x, alpha))
    assert not loaded.training
    assert content["seed"] == 7
    assert content["settings"] == {"training": {"steps": 5}}
    assert content["versions"]["torch"] == torch.__version__
    torch.load(tmp_path / "model.pt", weights_only=True)


def test_a_disk_that_becomes_full_is_told(tmp_path):
    network = networks.build("mlp", (2,), {"width": 64, "hidden_layers": 4}, torch.Generator())
    with files_limited(20_000), pytest.raises(InputError, match=r"cannot write .*model\.pt: File too large"):
        save(tmp_path / "model.pt", network)
    assert list(tmp_path.iterdir()) == []


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("a.pt", "b.pt"):
        save(tmp_path / name, make())
    save(tmp_path / "c.pt", make(seed=1))
    first, second, other = ((tmp_path / name).read_bytes() for name in ("a.pt", "b.pt", "c.pt"))
    assert first == second != other


def test_channels_last_weights_are_stored_plainly(tmp_path):
    description = {"name": "unet", "shape": [1, 8, 8], "settings": {"width": 4}}
    network = networks.build("unet", (1, 8, 8), {"width": 4}, torch.Generator().manual_seed(0))
    save(tmp_path / "a.pt", network, description=description)
    save(tmp_path / "b.pt", networks.laid_out(network), description=description)
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
    save(tmp_path / "model.pt", make(), description=DESCRIPTION | {"settings": {"width": 9, "hidden_layers": 2}})
    with pytest.raises(InputError, match="do not fit"):
        checkpoint.load(tmp_path / "model.pt")
