"""A distribution of the plane by its name, drawn anew without end, or a finite set of its points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

from iadb_core.data.density import UNIT, Box, Drawn, Shape
from iadb_core.system.settings import REQUIRED, Section, setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from iadb_core.data.parts import Labelled
    from iadb_core.method.laws import Law, Mixture

DRAWN_AT_ONCE = 1024  # samples; each block of them takes the same random numbers, however many are asked for
PLANE = 2
SHOWN = 100_000  # points that are drawn behind others
MIXTURE, EIGHT, MOONS = "gaussian_mixture", "eight_gaussians", "moons"
Normals = tuple[float, list[float], list[list[float]]]


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
    spacing: Literal["random", "equal"] = setting(
        "random",
        "Of moons only: equal has, of every 1,024 points, half on each moon, equally spaced along it. Where training "
        "draws new points without end they come in this order, so that a small batch sees a part of one moon; as "
        "torchdyn's moons do.",
        neutral=True,
    )
    scale: float = setting(1.0, "What its coordinates are multiplied by.", gt=0, le=1000)
    shift: list[float] = setting([0.0, 0.0], "What is added to them then, (x, y).", min_length=2, max_length=2)
    finite: bool = setting(
        False, "Whether training sees samples.points points again and again, not new ones without end.", neutral=True
    )
    labels: bool = setting(
        False,
        "Whether each point has its part for a class: its component, moon, ring, blade or spiral, by its number from "
        "0. Only with `finite: true`.",
        neutral=True,
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
        if self.spacing != "random" and self.name != MOONS:
            raise ValueError(f"spacing: only {MOONS} has others than random")
        if self.name == EIGHT and not self.noise:
            raise ValueError("noise: eight_gaussians without noise are eight points; give some, as 0.1")
        if self.labels and not self.finite:
            raise ValueError("labels: give `finite: true` as well, and samples.points as large as you like")
        if self.labels and self._parts() is None:
            raise ValueError(f"labels: {self.name} has no parts")
        return self

    def _parts(self) -> int | None:
        """How many parts it has; None if it has none."""
        from iadb_core.data.distributions import CLASSES

        if self.name == MIXTURE:
            return len(self.components)
        return CLASSES[self.name][0] if self.name in CLASSES else None

    @classmethod
    def of(cls, canonical: Mapping[str, Any]) -> Self:
        return super().of({**canonical, "components": [Component.of(own) for own in canonical["components"]]})

    @property
    def fresh(self) -> bool:
        return not self.finite

    @property
    def known(self) -> bool:
        return self.name in (MIXTURE, EIGHT)

    def shape(self) -> Shape:
        return (PLANE,)

    def class_names(self) -> list[str] | None:
        return [str(number) for number in range(self._parts() or 0)] if self.labels else None

    def draw(self, shape: Shape, count: int, generator: "np.random.Generator", skipped: int = 0) -> "np.ndarray":
        return self._drawn(skipped + count, generator)[0][skipped:]

    def draw_labelled(self, shape: Shape, count: int, generator: "np.random.Generator") -> "Labelled":
        from iadb_core.data.parts import Labelled

        points, parts = self._drawn(count, generator)
        return Labelled(points, parts if self.labels else None)

    def _drawn(self, count: int, generator: "np.random.Generator") -> "tuple[np.ndarray, np.ndarray]":
        """Points, float32, and the number of the part of each, int64."""
        import numpy as np

        points, parts = [np.empty((0, PLANE))], [np.empty(0)]
        for _ in range(0, count, DRAWN_AT_ONCE):
            uniform = generator.random((DRAWN_AT_ONCE, 3), np.float32)
            if self.spacing == "equal":  # by chance in what order, so that a part of them is spread as all are
                uniform[:, :2] = generator.permutation(self._spaced(np, DRAWN_AT_ONCE))
            normal = generator.standard_normal((DRAWN_AT_ONCE, PLANE), np.float32)
            points.append(self._points(np, uniform, normal))
            parts.append(self._part(np, uniform))
        return np.concatenate(points)[:count].astype(np.float32), np.concatenate(parts)[:count].astype(np.int64)

    def draw_blocks(self, size: Shape, generator: "Generator") -> "Tensor":
        import torch

        count = torch.Size(size[:-1]).numel()
        uniform = torch.rand(count, 3, generator=generator, device=generator.device)
        if self.spacing == "equal":
            spaced = self._spaced(torch, DRAWN_AT_ONCE).to(uniform)
            uniform[:, :2] = spaced.repeat(-(-count // DRAWN_AT_ONCE), 1)[:count]
        normal = torch.randn(count, PLANE, generator=generator, device=generator.device)
        points: Tensor = self._points(torch, uniform, normal)
        return points.float().view(*size)

    @staticmethod
    def _spaced(xp: Any, count: int) -> Any:
        """In the place of uniform numbers: half of the points on the upper moon, then half on the lower, (count, 2)."""
        along = xp.linspace(0, 1, count // 2)
        upper, lower = (xp.stack([along, 0 * along + side], -1) for side in (0.75, 0.25))
        return xp.concatenate([upper, lower])

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

    def _part(self, xp: Any, uniform: Any) -> Any:
        """The number of the part of each point; 0 of what has none."""
        from iadb_core.data.distributions import CLASSES

        if self.name == MIXTURE:
            return sum((uniform[:, 0] >= end) * 1 for end in self._ends()[:-1]) + xp.zeros_like(uniform[:, 0])
        return CLASSES[self.name][1](xp, uniform) if self.name in CLASSES else xp.zeros_like(uniform[:, 0])

    def _ends(self) -> list[float]:
        """Up to which uniform number a point is of each component."""
        from itertools import accumulate

        total = sum(component.weight for component in self.components)
        return list(accumulate(component.weight / total for component in self.components))

    def _of_mixture(self, xp: Any, uniform: Any, normal: Any) -> Any:
        from math import sqrt

        x, y = 0 * uniform[:, 0], 0 * uniform[:, 0]
        ends = self._ends()
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
        own = self._normals()
        return self._mixture(own) if own else None

    def laws_of_classes(self, stored: "np.ndarray", labels: "np.ndarray", classes: int) -> "list[Law | None]":
        own = self._normals()
        return [self._mixture([one]) for one in own] if own else [None] * classes

    def _normals(self) -> list[Normals] | None:
        """Weight, mean and covariance of each of its normal distributions, before they are scaled."""
        from iadb_core.data.distributions import EIGHT_CENTRES

        match self.name:
            case "gaussian_mixture":
                return [(component.weight, component.mean, component.matrix()) for component in self.components]
            case "eight_gaussians":
                spread = [[self.noise**2, 0.0], [0.0, self.noise**2]]
                return [(1.0, list(centre), spread) for centre in EIGHT_CENTRES]
        return None

    def _mixture(self, own: list[Normals]) -> "Mixture":
        """The mixture of normal distributions, scaled and shifted."""
        from iadb_core.method.laws import Mixture

        total = sum(weight for weight, *_ in own)
        return Mixture(
            tuple(weight / total for weight, *_ in own),
            tuple(tuple(self.scale * at + by for at, by in zip(mean, self.shift, strict=True)) for _, mean, _ in own),
            tuple(tuple(tuple(self.scale**2 * value for value in row) for row in matrix) for *_, matrix in own),
        )
