"""What a network is told of a sample beside its blend."""

from iadb_core.system.settings import REQUIRED, Section, setting


class Label(Section):
    """The class of each sample."""

    drop: float = setting(
        0.1, "The share of samples whose class is not told, by which the network also learns to do without.", ge=0, le=1
    )


class Condition(Section):
    """What the network is told of a sample beside its blend."""

    label: Label = setting(REQUIRED, "The class of each sample of the target.")
