import numpy as np
import pytest
import torch
from gaussians import Gaussians
from PIL import Image
from small import model

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.drawing.field_plot import field_plot, field_plot_of, occupied
from iadb_core.drawing.plane import plane_of
from iadb_core.drawing.plots import save_plot


def drawn(figure, path):
    save_plot(path, figure)
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_the_field_plot_points_where_samples_move(tmp_path):
    places, right = [np.array([[0.5, 0.5]])], [np.array([[0.0, 1.0]])]
    figure = field_plot("x", [0.25], places, {"network": right, "exact": right})
    assert [axis.get_title() for axis in figure.axes] == ["network, α = 0.25", "exact, α = 0.25"]
    arrows = figure.axes[0].collections[0]
    assert (arrows.U[0], arrows.V[0]) == (0.2, 0)
    drawn(figure, tmp_path / "field.png")


def test_arrows_are_left_out_where_there_is_no_field():
    places, nowhere = [np.array([[0.5, 0.5], [0.1, 0.1]])], [np.array([[0.0, 1.0], [np.nan, np.nan]])]
    figure = field_plot("x", [0.25], places, {"exact": nowhere})
    assert figure.axes[0].collections[0].XY.tolist() == [[0.5, 0.5]]


def test_places_are_the_centres_of_cells_that_have_points():
    points = np.array([[0.01, 0.01], [0.02, 0.03], [0.99, 0.5], [1.2, 0.5], [-0.1, 0.5], [0.5, 1.0]])
    assert occupied(points) == pytest.approx(np.array([[0.025, 0.025], [0.975, 0.525]]))


def up(x, alpha):
    return torch.tensor([0.0, 1.0]).expand_as(x)


def test_the_network_is_drawn_above_the_exact_field_where_its_samples_are():
    between = Gaussians(m0=0.3, s0=0.1, m1=0.7, s1=0.05)
    densities = Gaussian(mean=0.3, std=0.1), Gaussian(mean=0.7, std=0.05)
    start = torch.from_numpy(np.random.default_rng(0).normal(0.3, 0.1, (200, 2)))
    alphas = [step / 16 for step in range(17)]
    trajectory = np.stack([between.flow(start, alpha).numpy() for alpha in alphas])
    plane = plane_of(trajectory[0], trajectory[-1], *densities)
    figure = field_plot_of("x, seed 0", model(up), alphas, trajectory, *densities)
    shown = ("0.00", "0.25", "0.50", "0.75", "0.94")  # the nearest there is to 0.95
    assert [axis.get_title() for axis in figure.axes] == [
        f"{kind}, α = {alpha}" for kind in ("network", "exact") for alpha in shown
    ]
    assert figure.texts[0].get_text().startswith("x, seed 0: ")
    for column, index in enumerate((0, 4, 8, 12, 15)):
        network, exact = (figure.axes[row * 5 + column].collections[0] for row in (0, 1))
        upward = np.outer([0.0, 0.2 / plane.box.width], np.ones(len(network.U)))
        assert np.stack([network.U, network.V]) == pytest.approx(upward, abs=1e-6)
        places = np.stack([1 - exact.XY[:, 1], exact.XY[:, 0]], axis=1)  # rows and columns
        assert places == pytest.approx(occupied(plane.places(trajectory[index])))
        points = torch.from_numpy(plane.points(places))
        field = between.field(points, torch.full((len(places),), alphas[index])).numpy() / 5
        assert np.stack([-exact.V, exact.U], axis=1) == pytest.approx(plane.arrows(field), abs=0.003)


def test_without_an_exact_field_the_network_is_drawn_alone(monkeypatch):
    monkeypatch.setattr("iadb_core.drawing.field_plot.exact_field", lambda *_: None)
    trajectory = np.random.default_rng(0).random((5, 50, 2))
    densities = Gaussian(mean=0.5, std=0.1), Gaussian(mean=0.5, std=0.1)
    figure = field_plot_of("x", model(up), [0, 0.25, 0.5, 0.75, 1], trajectory, *densities)
    assert [axis.get_title() for axis in figure.axes[::4]] == ["network, α = 0.00", "network, α = 1.00"]


def test_of_pictures_the_exact_field_is_only_where_some_pair_blends(tmp_path):
    halves = []
    for name, columns in (("left", slice(16)), ("right", slice(16, None))):
        pixels = np.zeros((32, 32), np.uint8)
        pixels[:, columns] = 255
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        halves.append(Picture(path=str(tmp_path / f"{name}.png")))
    everywhere = np.random.default_rng(0).random((3, 5000, 2))
    figure = field_plot_of("x", model(up), [0.0, 0.5, 1.0], everywhere, *halves)
    network, exact = (figure.axes[row * 5].collections[0] for row in (0, 1))
    assert len(network.XY) == 400
    assert len(exact.XY) == 200
    assert exact.XY[:, 0].max() < 0.5  # at α = 0 all samples are on the left
    assert (exact.U > 0).all()
