"""Degradations that lose pixels: inpainting finds them again."""

from typing import TYPE_CHECKING, Literal

from iadb_core.data.degradation import Degradation, noise_setting
from iadb_core.data.density import Shape
from iadb_core.system.settings import REQUIRED, setting

if TYPE_CHECKING:
    from torch import Generator, Tensor

SIDES = ("left", "right", "top", "bottom")


class Masked(Degradation):
    """Pixels are lost; the network sees which, in a channel of their own, and 0 in their place."""

    def channels(self, shape: Shape) -> int:
        return shape[0] + 1

    def applied(self, x: "Tensor", masks: "Tensor | None") -> "Tensor":
        assert masks is not None
        return x * masks


class Box(Masked):
    """A square of pixels is lost."""

    kind = "box"
    size: int = setting(REQUIRED, "Pixels of a side of the square that is lost.", ge=1, le=1023)
    position: Literal["centre", "random"] = setting("centre", "Where the square is.")
    noise: float = noise_setting()

    def misfit(self, shape: Shape) -> str | None:
        of_images = f"images of {shape[1]}×{shape[2]}"
        if self.size >= max(shape[1:]):
            return f"a square of {self.size} pixels leaves nothing of {of_images}"
        if self.size > min(shape[1:]):
            return f"a square of {self.size} pixels does not fit into {of_images}"
        return None

    def masks(self, count: int, shape: Shape, generator: "Generator") -> "Tensor":
        import torch

        device = generator.device
        lost = []
        for pixels in shape[1:]:
            room = pixels - self.size
            begin = torch.full((count,), room // 2, device=device)
            if self.position == "random":
                begin = torch.randint(room + 1, (count,), generator=generator, device=device)
            from_begin = torch.arange(pixels, device=device) - begin[:, None]
            lost.append((from_begin >= 0) & (from_begin < self.size))
        rows, columns = lost
        return (~(rows[:, None, :, None] & columns[:, None, None, :])).float()


class RandomPixels(Masked):
    """Pixels are lost here and there, each by itself."""

    kind = "random"
    share: float = setting(REQUIRED, "The share of pixels that is lost.", ge=0.001, le=0.999)
    noise: float = noise_setting()

    def masks(self, count: int, shape: Shape, generator: "Generator") -> "Tensor":
        import torch

        drawn = torch.rand((count, 1, *shape[1:]), generator=generator, device=generator.device)
        return (drawn >= self.share).float()


class Half(Masked):
    """One half of the image is lost."""

    kind = "half"
    side: Literal["left", "right", "top", "bottom", "random"] = setting("random", "Which half is lost.")
    noise: float = noise_setting()

    def masks(self, count: int, shape: Shape, generator: "Generator") -> "Tensor":
        import torch

        device, (height, width) = generator.device, shape[1:]
        left = (torch.arange(width, device=device) < width // 2).expand(height, width)
        top = (torch.arange(height, device=device) < height // 2)[:, None].expand(height, width)
        lost = torch.stack([left, ~left, top, ~top])[:, None]
        chosen = torch.randint(len(SIDES), (count,), generator=generator, device=device)
        if self.side != "random":
            chosen = torch.full_like(chosen, SIDES.index(self.side))
        return (~lost[chosen]).float()
