"""Timing several ways to do the same work in turn, and the table of what came out."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

WHOLE = "animations"
Work = Callable[[], float]  # does some work and returns how many units of it, such as images
Run = Callable[[float, float], float]  # runs a way for so many seconds and units at least, and tells units a second
Start = Callable[[str], Run]  # of a way, by its name


@dataclass(frozen=True)
class Contest:
    """The same work done in several ways. bar: how many times faster than the baseline `ours` is to be.

    ways: by name, ours and the baseline among them, what prepares the work. bound_by: one of the ways that does only
    the part that all ways must; or with needs, the FLOPs of a unit, the precision in which `ours` computes. The share
    of that limit is then reported. repeats: how many runs each way has. seconds: the least that a run lasts; the work
    is done again until then, so that a fast way is not measured in its first moments alone. warm_up: the least units
    of the run before, which does not count: None for none. settling: seconds before each run in which the way before,
    say its DataLoader's workers, finishes what it still does. note: made when the rows are.
    """

    name: str
    unit: str
    ways: Mapping[str, Callable[[], Work]]
    bar: float | None = None
    needs: float | None = None
    bound_by: str = "float32"
    baseline: str = "plain recipe"
    repeats: int = 3
    seconds: float = 0.0
    warm_up: float | None = 0.0
    settling: float = 0.0
    note: Callable[[], str] = str


@dataclass(frozen=True)
class Row:
    """One way of a contest. Rates in units a second; ratios: `ours` over this way, of runs next to each other."""

    contest: str
    way: str
    unit: str
    runs: int
    slowest: float
    median: float
    fastest: float
    ratio_least: float
    ratio: float
    ratio_greatest: float
    bar: float | None
    limit: float | None
    limited_by: str
    share: float | None
    note: str


def rate(work: Work, seconds: float = 0.0, units: float = 0.0) -> float:
    """Units a second of one run: the work once, and again until so many seconds have gone and units are done."""
    began, done, elapsed = time.perf_counter(), 0.0, 0.0
    while not done or elapsed < seconds or done < units:
        done += work()
        elapsed = time.perf_counter() - began
    return done / elapsed


def hold(contest: Contest, products: Mapping[str, float], start: Start) -> list[Row]:
    """Run every way of a contest in turn, as often as it says, after one run of each that does not count.

    Each time another way is the first, so that none always comes after the same other one.
    products: FLOP/s of matrix products by precision.
    """
    rates: dict[str, list[float]] = {name: [] for name in contest.ways}
    runs = {name: start(name) for name in contest.ways}
    if contest.warm_up is not None:
        for run in runs.values():
            run(0.0, contest.warm_up)
    for first in range(contest.repeats):
        names = deque(runs)
        names.rotate(-first)
        for name in names:
            time.sleep(contest.settling)
            rates[name].append(runs[name](contest.seconds, 0.0))
    limit = products[contest.bound_by] / contest.needs if contest.needs else None
    if contest.bound_by in rates:
        limit = median(rates[contest.bound_by])
    return [_row(contest, way, rates[way], rates["ours"], limit) for way in contest.ways]


def _row(contest: Contest, way: str, rates: Sequence[float], ours: Sequence[float], limit: float | None) -> Row:
    ratios = [mine / theirs for mine, theirs in zip(ours, rates, strict=True)]
    share = median(rates) / limit if limit and way == "ours" else None
    bar = contest.bar if way == contest.baseline else None
    return Row(
        contest.name,
        way,
        contest.unit,
        len(rates),
        min(rates),
        median(rates),
        max(rates),
        min(ratios),
        median(ratios),
        max(ratios),
        bar,
        limit if way == "ours" else None,
        contest.bound_by if limit and way == "ours" else "",
        share,
        contest.note() if way == "ours" else "",
    )


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    header = "| work | way | unit | min | median | max | ours / this | asked for | limit | by | share of it |\n"
    lines = [header + "| --- " * 11 + "|"]
    for row in rows:
        asked = f"{row.bar:g}×" if row.bar else ""
        spread = f" ({_short(row.ratio_least)} to {_short(row.ratio_greatest)})" if row.runs > 1 else ""
        ratio = "" if row.way == "ours" else f"{_short(row.ratio)}×{spread}"
        each = row.unit == WHOLE  # of which a second has few: their time says more
        speeds = [row.slowest, row.median, row.fastest]
        shown = [_short(1 / speed if each else speed) for speed in (reversed(speeds) if each else speeds)]
        if row.runs == 1:
            shown[0] = shown[2] = ""
        cells: list[Any] = [
            row.contest,
            row.way,
            "seconds" if each else f"{row.unit} per second",
            *shown,
            ratio,
            asked,
            _short(1 / row.limit if each else row.limit) if row.limit else "",
            row.limited_by,
            f"{row.share:.0%}" if row.share else "",
        ]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def _short(value: float) -> str:
    """Three digits, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
