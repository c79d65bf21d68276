"""What others offer for the same work: torchcfm's training loop, and encoders of GIFs."""

import subprocess
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.recipe import Convolutional, endless, loader, scaled


class TorchcfmTraining:
    """torchcfm's training loop, as its examples have it, on the tutorial's network and data.

    Raises ImportError if torchcfm is not installed.
    """

    def __init__(self, images: np.ndarray, device: torch.device) -> None:
        from torchcfm.conditional_flow_matching import ConditionalFlowMatcher

        self.device = device
        self.network = Convolutional().to(device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=0.0005)
        self.matcher = ConditionalFlowMatcher(sigma=0.0)
        self.batches = endless(loader(images))

    def run(self, steps: int) -> None:
        """So many optimiser steps."""
        for data in islice(self.batches, steps):
            self.optimizer.zero_grad()
            x1 = scaled(data.to(self.device))
            x0 = torch.randn_like(x1)
            t, xt, ut = self.matcher.sample_location_and_conditional_flow(x0, x1)
            loss = torch.mean((self.network(xt, t) - ut) ** 2)
            loss.backward()
            self.optimizer.step()


def pillow_gif(frames: Sequence[Path], path: Path) -> None:
    """Pillow's own way: frames in RGB, a palette each."""
    first, *rest = (Image.open(frame) for frame in frames)
    first.save(path, save_all=True, append_images=rest, duration=50, loop=0)


def imageio_gif(frames: Sequence[Path], path: Path) -> None:
    """Imageio's mimsave. Raises ImportError if it is not installed."""
    import imageio.v2 as imageio

    imageio.mimsave(path, [imageio.imread(frame) for frame in frames], duration=50, loop=0)


def ffmpeg_gif(frames: Sequence[Path], path: Path) -> None:
    """Ffmpeg with one palette of 128 colours for all frames, which have numbers for names, and no dithering."""
    from imageio_ffmpeg import get_ffmpeg_exe

    pattern = frames[0].with_name(f"%0{len(frames[0].stem)}d.png")
    palette = "split[a][b];[a]palettegen=max_colors=128:reserve_transparent=1[p];[b][p]paletteuse=dither=none"
    command = [get_ffmpeg_exe(), "-v", "error", "-y", "-framerate", "20", "-i", str(pattern), "-vf", palette, str(path)]
    subprocess.run(command, check=True)


def gif_error(frames: Sequence[Path], path: Path) -> float:
    """Root mean square difference of a GIF's pixels from the frames', in 8-bit values."""
    squares = []
    with Image.open(path) as gif:
        for number, frame in enumerate(frames):
            gif.seek(number)
            shown, meant = (np.asarray(picture.convert("RGB"), float) for picture in (gif, Image.open(frame)))
            squares.append(np.mean((shown - meant) ** 2))
    return float(np.sqrt(np.mean(squares)))
