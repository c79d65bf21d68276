"""What a network is told of a sample beside its blend."""

from typing import Annotated

from pydantic import Field

from iadb_core.data.degradation import Degradation
from iadb_core.data.degradations.masks import Box, Half, RandomPixels
from iadb_core.data.degradations.resolution import Blur, Downsampling
from iadb_core.data.degradations.values import Gray, Noise
from iadb_core.data.density import Density
from iadb_core.system.settings import REQUIRED, OneOf, Section, setting


class Label(Section):
    """The class of each sample."""

    drop: float = setting(
        0.1, "The share of samples whose class is not told, by which the network also learns to do without.", ge=0, lt=1
    )


class Coordinates(Section):
    """Some coordinates of each point."""

    which: list[Annotated[int, Field(ge=0, le=1_000_000)] | str] = setting(
        REQUIRED, "Which, by their numbers from 0, or by their names if the target is a table.", min_length=1
    )

    def columns(self, target: Density) -> tuple[int, ...]:
        """Their numbers in a point of the target. Raises ValueError for one that it has not."""
        names, count = target.coordinates() or [], (target.shape() or (0,))[0]
        found = tuple(names.index(one) if one in names else one for one in self.which)
        if absent := [str(one) for one in found if isinstance(one, str) or one >= count]:
            raise ValueError(
                f"no coordinate {', '.join(absent)}; there are {', '.join(names or map(str, range(count)))}"
            )
        return tuple(one for one in found if isinstance(one, int))


class Degradations(OneOf):
    """A way to degrade images, by its kind; a new one has its line here."""

    box: Box | None = setting(None, str(Box.__doc__))
    random: RandomPixels | None = setting(None, str(RandomPixels.__doc__))
    half: Half | None = setting(None, str(Half.__doc__))
    downsampling: Downsampling | None = setting(None, str(Downsampling.__doc__))
    blur: Blur | None = setting(None, str(Blur.__doc__))
    noise: Noise | None = setting(None, str(Noise.__doc__))
    gray: Gray | None = setting(None, str(Gray.__doc__))

    @property
    def chosen(self) -> Degradation:
        """The one that is given."""
        chosen: Degradation = getattr(self, self.given[0])
        return chosen


class Condition(OneOf):
    """What the network is told of a sample beside its blend."""

    label: Label | None = setting(None, "The class of each sample of the target.")
    coordinates: Coordinates | None = setting(None, "Some coordinates of each point of the target.")
    degradation: Degradations | None = setting(None, "Each image of the target, degraded: how, by its kind.")

    @property
    def of_samples(self) -> bool:
        """Whether it is made of samples of the target, so that one asks for samples with others of them."""
        return self.label is None

    @property
    def restores(self) -> Degradation | None:
        """The degradation whose images are restored, if there is one."""
        return self.degradation.chosen if self.degradation else None
