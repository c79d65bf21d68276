"""What a network is told of a sample beside its blend."""

from iadb_core.data.degradation import Degradation
from iadb_core.data.degradations.masks import Box, Half, RandomPixels
from iadb_core.data.degradations.resolution import Blur, Downsampling
from iadb_core.data.degradations.values import Gray, Noise
from iadb_core.system.settings import OneOf, Section, setting


class Label(Section):
    """The class of each sample."""

    drop: float = setting(
        0.1, "The share of samples whose class is not told, by which the network also learns to do without.", ge=0, lt=1
    )


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
    degradation: Degradations | None = setting(None, "Each image of the target, degraded: how, by its kind.")

    @property
    def restores(self) -> Degradation | None:
        """The degradation whose images are restored, if there is one."""
        return self.degradation.chosen if self.degradation else None
