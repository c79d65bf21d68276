"""The whole animations of which only some steps of training were run, from those and the rates of training."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.contests import Row
from benchmarks.works.animations import MNIST_STEPS, PLANE_STEPS
from benchmarks.works.trainings import AT_LENGTH

NOTE = "computed: the run with fewer steps, and the other steps at the median rate of their training"


@dataclass(frozen=True)
class Animation:
    """How many steps its training has, of how many units, and the contests that have their rate."""

    name: str
    steps: int
    units: int
    trainings: tuple[str, ...]


ANIMATIONS = (
    Animation("densities.gif", PLANE_STEPS, 1, ("2D training",)),
    Animation("mnist.gif", MNIST_STEPS, 64, ("MNIST training", AT_LENGTH)),
)


def completed(rows: Sequence[Row], bars: Mapping[str, float]) -> Iterator[Row]:
    """The whole animations: the run with fewer steps, and the steps that it left out at the rate of its training.

    bars: by the animation's name, how many times faster than the recipe it is to be.
    """
    for animation in ANIMATIONS:
        training = {row.way: row for row in rows if row.contest in animation.trainings}
        short = {row.way: row for row in rows if row.contest.startswith(f"{animation.name}, ")}
        if training and short:
            yield from _complete(animation, training, short, bars.get(animation.name))


def _complete(
    animation: Animation, training: Mapping[str, Row], short: Mapping[str, Row], bar: float | None
) -> Iterator[Row]:
    left_out = animation.units * (animation.steps - int(short["ours"].contest.split()[1]))
    seconds = {way: 1 / row.median + left_out / training[way].median for way, row in short.items()}
    for way, row in short.items():
        rate, ratio = 1 / seconds[way], seconds[way] / seconds["ours"]
        parts = row.limit, training[way].limit
        limit = 1 / (1 / parts[0] + left_out / parts[1]) if parts[0] and parts[1] else None
        yield replace(
            row,
            contest=animation.name,
            slowest=rate,
            median=rate,
            fastest=rate,
            ratio_least=ratio,
            ratio=ratio,
            ratio_greatest=ratio,
            bar=None if way == "ours" else bar,
            limit=limit,
            share=limit and rate / limit,
            note=NOTE,
        )
