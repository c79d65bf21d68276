"""A distribution of the plane by its name, drawn anew without end, or a finite set of its points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

from iadb_core.data.density import UNIT, Box, Drawn, Shape
from iadb_core.system.settings import REQUIRED, Section, setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from iadb_core.method.laws import Mixture

DRAWN_AT_ONCE = 1024  # samples; each block of them takes the same random numbers, however many are asked for
PLANE = 2
SHOWN = 100_000  # points that are drawn behind others
MIXTURE, EIGHT, MOONS = "gaussian_mixture", "eight_gaussians", "moons"
Row = tuple[float, float]


class Component(Section):
    """One normal distribution of a mixture."""

    mean: list[float] = setting(REQUIRED, "Its centre, (x, y).", min_length=2, max_length=2)
    std: float = setting(1.0, "Standard deviation in every direction.", gt=0, le=1000)
    covariance: list[list[float]] | None = setting(
        None, "Covariance matrix, [[xx, xy], [xy, yy]], in the place of std.", min_length=2, max_length=2
    )
    weight: float = setting(1.0, "How likely it is, beside the others.", gt=0, le=1_000_000)

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.covariance is None:
            return self
        if any(len(row) != PLANE for row in self.covariance):
            raise ValueError("covariance needs two rows of two numbers")
        (a, b), (c, d) = self.covariance
        if b != c or a <= 0 or a * d - b * c <= 0:
            raise ValueError("covariance is not symmetric and positive definite")
        return self

    def matrix(self) -> list[list[float]]:
        """Its covariance."""
        return self.covariance or [[self.std**2, 0.0], [0.0, self.std**2]]


class Distribution(Drawn):
    """A distribution of the plane, by its name; x to the right and y upward."""

    kind = "distribution"
    name: Literal[
        "gaussian_mixture",
        "eight_gaussians",
        "moons",
        "s_curve",
        "swiss_roll",
        "rings",
        "checkerboard",
        "pinwheel",
        "two_spirals",
    ] = setting(REQUIRED, "Which one.")
    noise: float = setting(
        0.0, "Standard deviation of normal noise that is added, before it is scaled; not of a mixture.", ge=0, le=1000
    )
    noise_kind: Literal["normal", "diagonal_uniform"] = setting(
        "normal",
        "Of moons only: diagonal_uniform is one number, uniform from 0 to `noise`, for both coordinates of a point, as "
        "torchdyn's moons have it.",
        neutral=True,
    )
    scale: float = setting(1.0, "What its coordinates are multiplied by.", gt=0, le=1000)
    shift: list[float] = setting([0.0, 0.0], "What is added to them then, (x, y).", min_length=2, max_length=2)
    finite: bool = setting(
        False, "Whether training sees samples.points points again and again, not new ones without end.", neutral=True
    )
    components: list[Component] = setting([], "gaussian_mixture only: its normal distributions.", max_length=1000)

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if (self.name == MIXTURE) != bool(self.components):
            raise ValueError(f"components: {'give some' if self.name == MIXTURE else f'only {MIXTURE} has them'}")
        if self.name == MIXTURE and self.noise:
            raise ValueError("noise: give the components a larger std instead")
        if self.noise_kind != "normal" and self.name != MOONS:
            raise ValueError(f"noise_kind: only {MOONS} has others than normal")
        if self.name == EIGHT and not self.noise:
            raise ValueError("noise: eight_gaussians without noise are eight points; give some, as 0.1")
        return self

    @classmethod
    def of(cls, canonical: Mapping[str, Any]) -> Self:
        return super().of({**canonical, "components": [Component.of(own) for own in canonical["components"]]})

    @property
    def fresh(self) -> bool:
        return not self.finite

    def shape(self) -> Shape:
        return (PLANE,)

    def draw(self, shape: Shape, count: int, generator: "np.random.Generator", skipped: int = 0) -> "np.ndarray":
        import numpy as np

        found = []
        for _ in range(0, skipped + count, DRAWN_AT_ONCE):
            uniform = generator.random((DRAWN_AT_ONCE, 3), np.float32)
            normal = generator.standard_normal((DRAWN_AT_ONCE, PLANE), np.float32)
            found.append(self._points(np, uniform, normal))
        every = np.concatenate(found) if found else np.empty((0, PLANE))
        return every[skipped : skipped + count].astype(np.float32)

    def draw_blocks(self, size: Shape, generator: "Generator") -> "Tensor":
        import torch

        count = torch.Size(size[:-1]).numel()
        uniform = torch.rand(count, 3, generator=generator, device=generator.device)
        normal = torch.randn(count, PLANE, generator=generator, device=generator.device)
        points: Tensor = self._points(torch, uniform, normal)
        return points.float().view(*size)

    def _points(self, xp: Any, uniform: Any, normal: Any) -> Any:
        """Points from uniform and normal numbers, of NumPy or of torch."""
        if self.name == MIXTURE:
            points = self._of_mixture(xp, uniform, normal)
        else:
            from iadb_core.data.distributions import SAMPLERS

            diagonal = self.noise_kind == "diagonal_uniform"
            points = SAMPLERS[self.name](xp, uniform, normal, 0.0 if diagonal else self.noise)
            if diagonal:
                points = points + self.noise * uniform[:, 2:]
        return xp.stack([points[:, 0] * self.scale + self.shift[0], points[:, 1] * self.scale + self.shift[1]], -1)

    def _of_mixture(self, xp: Any, uniform: Any, normal: Any) -> Any:
        from itertools import accumulate
        from math import sqrt

        total = sum(component.weight for component in self.components)
        x, y = 0 * uniform[:, 0], 0 * uniform[:, 0]
        ends = list(accumulate(component.weight / total for component in self.components))
        for component, begin, end in zip(self.components, [0.0, *ends], [*ends[:-1], 2.0], strict=False):
            (xx, xy), (_, yy) = component.matrix()
            first = sqrt(xx)  # the Cholesky factor of the covariance
            second, third = xy / first, sqrt(yy - xy**2 / xx)
            own = (uniform[:, 0] >= begin) & (uniform[:, 0] < end)
            x = xp.where(own, component.mean[0] + first * normal[:, 0], x)
            y = xp.where(own, component.mean[1] + second * normal[:, 0] + third * normal[:, 1], y)
        return xp.stack([x, y], -1)

    def behind(self, box: Box = UNIT, axes: "np.ndarray | None" = None) -> "np.ndarray":
        """As many drawn points show it."""
        import numpy as np

        from iadb_core.data.histograms import histogram

        return histogram(self.draw((PLANE,), SHOWN, np.random.default_rng(0)), box)

    def law(self, stored: "np.ndarray | None" = None) -> "Mixture | None":
        from iadb_core.data.distributions import EIGHT_CENTRES
        from iadb_core.method.laws import Mixture

        match self.name:
            case "gaussian_mixture":
                own = [(component.weight, component.mean, component.matrix()) for component in self.components]
            case "eight_gaussians":
                spread = [[self.noise**2, 0.0], [0.0, self.noise**2]]
                own = [(1.0, list(centre), spread) for centre in EIGHT_CENTRES]
            case _:
                return None
        total = sum(weight for weight, *_ in own)
        return Mixture(
            tuple(weight / total for weight, *_ in own),
            tuple(tuple(self.scale * at + by for at, by in zip(mean, self.shift, strict=True)) for _, mean, _ in own),
            tuple(tuple(tuple(self.scale**2 * value for value in row) for row in matrix) for *_, matrix in own),
        )
