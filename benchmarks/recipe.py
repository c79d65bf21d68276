"""The two tutorials' recipes written plainly, as one would after reading them: the baseline of the benchmarks.

Beside it, what one changes first: autocast and channels last, one plot call a frame, points proposed in arrays.

    python -m benchmarks.recipe densities SOURCE.png TARGET.png OUT.gif
    python -m benchmarks.recipe mnist IMAGES.npy OUT.gif --steps 14992

float32, batches in torch's default layout, Adam as torch calls it by default, a DataLoader with transforms of each item
and 4 workers, points accepted one by one, and pictures drawn by matplotlib point by point.
"""

import argparse
import tempfile
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torch.utils.data import DataLoader, Dataset

STEPS = 128


class Plane(nn.Module):
    """The 2D tutorial's network."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 64), nn.Linear(64, 64)
        self.third, self.fourth, self.out = nn.Linear(64, 64), nn.Linear(64, 64), nn.Linear(64, 2)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor, alpha: Tensor) -> Tensor:
        h = torch.cat([x, alpha], dim=1)
        for layer in (self.first, self.second, self.third, self.fourth):
            h = self.relu(layer(h))
        return self.out(h)


class Convolutional(nn.Module):
    """The MNIST tutorial's network."""

    def __init__(self, channels: int = 1, width: int = 64) -> None:
        super().__init__()

        def conv(inputs: int = width, stride: int = 1) -> nn.Conv2d:
            return nn.Conv2d(inputs, width, 3, stride=stride, padding=1)

        def up() -> nn.ConvTranspose2d:
            return nn.ConvTranspose2d(width, width, 3, stride=2, padding=1, output_padding=1)

        self.a1, self.a2 = conv(channels + 1), conv(stride=2)
        self.b1, self.b2 = conv(), conv(stride=2)
        self.c1, self.c2, self.c3, self.c4 = conv(), conv(), conv(), conv(stride=2)
        self.u_up, self.u, self.v_up, self.v, self.w_up, self.w = up(), conv(), up(), conv(), up(), conv()
        self.out = nn.Conv2d(width, channels, 1)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor, alpha: Tensor) -> Tensor:
        relu = self.relu
        plane = torch.ones_like(x[:, :1]) * alpha.view(-1, 1, 1, 1)
        a1 = relu(self.a1(torch.cat([x, plane], dim=1)))
        a2 = relu(self.a2(a1))
        b2 = relu(self.b2(relu(self.b1(a2))))
        c1 = relu(self.c1(b2))
        c3 = relu(self.c3(relu(self.c2(c1)))) + c1
        c4 = relu(self.c4(c3))
        u = relu(self.u(relu(self.u_up(c4)) + c3)) + b2
        v = relu(self.v(relu(self.v_up(u)) + a2))
        w = relu(self.w(relu(self.w_up(v)) + a1))
        return self.out(w)


def convolutional(device: torch.device, channels_last: bool) -> Convolutional:
    """The network on a device, in one of the two layouts of images."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return Convolutional().to(device).to(memory_format=layout)  # type: ignore[call-overload]


def accepted_points(density: np.ndarray, count: int) -> Tensor:
    """Points of a picture, (count, 2), proposed and accepted one by one; density: (height, width), maximum 1."""
    height, width = density.shape
    points: list[tuple[float, float]] = []
    while len(points) < count:
        row, column = np.random.rand(), np.random.rand()
        if np.random.rand() < density[int(row * height), int(column * width)]:
            points.append((row, column))
    return torch.tensor(points, dtype=torch.float32)


def accepted_in_arrays(density: np.ndarray, count: int) -> np.ndarray:
    """The same points, proposed in arrays of `count`."""
    height, width = density.shape
    kept: list[np.ndarray] = []
    while sum(map(len, kept)) < count:
        points = np.random.rand(count, 2)
        rows, columns = (points * (height, width)).astype(int).T
        kept.append(points[np.random.rand(count) < density[rows, columns]])
    return np.concatenate(kept)[:count].astype(np.float32)


def train_plane(x0: Tensor, x1: Tensor, steps: int, device: torch.device, fused: bool = False) -> Plane:
    """The 2D tutorial's training, with batches of 256. fused: one kernel for the optimiser's step."""
    batch_size = 256
    network = Plane().to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001, fused=fused)
    x0, x1 = x0.to(device), x1.to(device)
    for _ in range(steps):
        a = x0[torch.randint(0, len(x0), (batch_size,), device=device)]
        b = x1[torch.randint(0, len(x1), (batch_size,), device=device)]
        alpha = torch.rand(batch_size, 1, device=device)
        loss = torch.sum((network((1 - alpha) * a + alpha * b, alpha) - (b - a)) ** 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network


class Digits(Dataset[Tensor]):
    """The images one by one, through torchvision's transforms."""

    def __init__(self, images: np.ndarray) -> None:
        from iadb_core.data.torchvision_import import import_torchvision

        import_torchvision()
        from torchvision import transforms

        self.images = images
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        return self.transform(self.images[index, 0])


def scaled(images: Tensor) -> Tensor:
    """The second scaling of the tutorial, and its size, of a batch."""
    return interpolate(images * 2 - 1, size=32, mode="bilinear")


def loader(images: np.ndarray, batch_size: int = 64) -> DataLoader[Tensor]:
    """Shuffled batches from 4 workers."""
    warnings.filterwarnings("ignore", "This DataLoader will create")  # more workers than cores, as the recipe has it
    return DataLoader(Digits(images), batch_size, shuffle=True, num_workers=4, drop_last=True)


def endless(batches: DataLoader[Tensor]) -> Iterator[Tensor]:
    """Epoch after epoch."""
    while True:
        yield from batches


def in_memory(images: np.ndarray, device: torch.device, batch_size: int = 64) -> Iterator[Tensor]:
    """Shuffled batches of images that are scaled once and kept on the device."""
    stored = scaled((torch.from_numpy(images).to(device) / 255 - 0.1307) / 0.3081)
    while True:
        for batch in torch.randperm(len(stored), device=device).split(batch_size)[: len(stored) // batch_size]:
            yield stored[batch]


class MnistTraining:
    """The MNIST tutorial's training, some steps at a time.

    autocast: in bfloat16, with channels last. tuned: channels last, the data in memory, a fused optimiser, and freed
    memory kept for the next tensor.
    """

    def __init__(self, images: np.ndarray, device: torch.device, autocast: bool = False, tuned: bool = False) -> None:
        self.device = device
        if tuned:
            from iadb_core.system.runtime import keep_freed_memory

            keep_freed_memory()
        self.autocast = torch.autocast(device.type, torch.bfloat16, enabled=autocast)
        self.network = convolutional(device, channels_last=autocast or tuned)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=0.0005, fused=tuned)
        loaded = (scaled(batch.to(device)) for batch in endless(loader(images)))
        self.batches = in_memory(images, device) if tuned else loaded

    def run(self, steps: int) -> None:
        """So many optimiser steps."""
        for x1 in islice(self.batches, steps):
            x0 = torch.randn_like(x1)
            alpha = torch.rand(len(x1), device=self.device)
            x = (1 - alpha.view(-1, 1, 1, 1)) * x0 + alpha.view(-1, 1, 1, 1) * x1
            with self.autocast:
                loss = torch.sum((self.network(x, alpha) - (x1 - x0)) ** 2)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()


@torch.no_grad()
def sample(network: nn.Module, x: Tensor, steps: int = STEPS) -> Iterator[Tensor]:
    """Every state from x on, by Euler steps."""
    yield x
    for t in range(steps):
        alpha = torch.full((len(x), 1), t / steps, device=x.device)
        x = x + network(x, alpha if x.ndim == 2 else alpha[:, 0]) / steps
        yield x


def draw_points(points: Tensor, path: Path, at_once: bool = False) -> None:
    """A frame of points, one plot call a point, or one for all of them."""
    import matplotlib.pyplot as plt

    plt.figure(figsize=(5, 5))
    for row, column in [points.T.numpy()] if at_once else points.tolist():
        plt.plot(column, 1 - row, "o", color="tab:blue", markersize=1.5)
    plt.xlim(0, 1)
    plt.ylim(0, 1)
    plt.gca().set_aspect("equal")
    plt.savefig(path)
    plt.close()


def draw_digits(images: Tensor, path: Path) -> None:
    """A frame of 64 images."""
    from iadb_core.data.torchvision_import import import_torchvision

    import_torchvision()
    from torchvision.utils import save_image

    save_image(images * 0.5 + 0.5, path, nrow=8, padding=0)


def write_gif(frames: list[Path], path: str) -> None:
    """The frames as a GIF, by imageio."""
    import imageio.v2 as imageio

    imageio.mimsave(path, [imageio.imread(frame) for frame in frames], duration=50, loop=0)


def densities(source: str, target: str, out: str, steps: int, device: torch.device) -> None:
    """The 2D tutorial, from two pictures to a GIF, on one thread: so small a network is slower on two."""
    torch.set_num_threads(1)
    from PIL import Image

    pictures = (np.asarray(Image.open(path).convert("L"), dtype=float) for path in (source, target))
    x0, x1 = (accepted_points(picture / picture.max(), 65536) for picture in pictures)
    network = train_plane(x0, x1, steps, device)
    with tempfile.TemporaryDirectory() as folder:
        frames = []
        for number, x in enumerate(sample(network, x0[:2048].to(device))):
            frames.append(Path(folder) / f"{number:04}.png")
            draw_points(x.cpu(), frames[-1])
        write_gif(frames, out)


def mnist(images: str, out: str, steps: int, device: torch.device) -> None:
    """The MNIST tutorial, from the stored images to a GIF."""
    training = MnistTraining(np.load(images), device)
    training.run(steps)
    with tempfile.TemporaryDirectory() as folder:
        frames = []
        for number, x in enumerate(sample(training.network, torch.randn(64, 1, 32, 32, device=device))):
            frames.append(Path(folder) / f"{number:04}.png")
            draw_digits(x.cpu(), frames[-1])
        write_gif(frames, out)


def main() -> None:
    """One of the two, from the command line."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    plane, digits = commands.add_parser("densities"), commands.add_parser("mnist")
    plane.add_argument("source")
    plane.add_argument("target")
    digits.add_argument("images")
    for command, steps in ((plane, 65536), (digits, 14992)):
        command.add_argument("out")
        command.add_argument("--steps", type=int, default=steps)
        command.add_argument("--device", default="cpu")
    given = vars(parser.parse_args())
    command, given["device"] = given.pop("command"), torch.device(given["device"])
    if command == "densities":
        densities(**given)
    else:
        mnist(**given)


if __name__ == "__main__":
    main()
