"""Timing several ways in turn, and the table of it."""

from functools import partial

import pytest

from benchmarks import contests
from benchmarks.contests import Contest, hold, markdown, rate


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(contests, "time", clock := Clock())
    return clock


def lasting(clock, seconds, units=1.0, log=None, name=""):
    def work():
        if log is not None:
            log.append(name)
        clock.sleep(seconds)
        return units

    return lambda: work


def held(contest, products):
    return hold(contest, products, lambda way: partial(rate, contest.ways[way]()))


def test_ways_are_run_in_turn_after_one_that_does_not_count(clock):
    log = []
    ways = {name: lasting(clock, 1, log=log, name=name) for name in ("ours", "plain recipe")}
    held(Contest("c", "things", ways), {})
    in_turn = ["ours", "plain recipe"]
    assert log == [*in_turn, *in_turn, *reversed(in_turn), *in_turn]


def test_a_short_work_is_done_again_until_the_run_is_long_enough(clock):
    log = []
    work = lasting(clock, 0.3, units=6, log=log)()
    assert rate(work, seconds=1.0) == pytest.approx(20)
    assert len(log) == 4
    assert rate(work) == pytest.approx(20)
    assert len(log) == 5
    assert rate(work, units=13) == pytest.approx(20)
    assert len(log) == 8


def test_ratios_and_shares_of_the_limit_are_of_the_rates(clock):
    ways = {"ours": lasting(clock, 0.02, 4), "plain recipe": lasting(clock, 0.08, 4)}
    contest = Contest("c", "things", ways, bar=2.5, needs=10.0, bound_by="bfloat16")
    mine, plain = held(contest, {"float32": 1.0, "bfloat16": 4000.0})
    assert plain.ratio == pytest.approx(4)
    assert plain.ratio_least <= plain.ratio <= plain.ratio_greatest
    assert (mine.ratio, mine.bar, plain.bar) == (1, None, 2.5)
    assert mine.limit == 400
    assert mine.share == pytest.approx(0.5)
    assert plain.limit is None
    assert "| 2.5× |" in markdown([mine, plain])
    assert "| 400 | bfloat16 | 50% |" in markdown([mine, plain])


def test_trainings_are_warmed_up_by_their_units(clock):
    log = []
    ways = {name: lasting(clock, 1, units=4, log=log, name=name) for name in ("ours", "plain recipe")}
    held(Contest("c", "things", ways, warm_up=10), {})
    assert log[:6] == ["ours"] * 3 + ["plain recipe"] * 3
    assert len(log) == 6 + 3 * 2


def test_a_limit_may_be_a_way_that_does_only_what_all_must(clock):
    ways = {"ours": lasting(clock, 4), "plain recipe": lasting(clock, 8), "zlib alone": lasting(clock, 1)}
    mine, *_ = held(Contest("c", "things", ways, bound_by="zlib alone"), {})
    assert (mine.limit, mine.limited_by, mine.share) == (1, "zlib alone", 0.25)


def test_the_spread_of_a_single_run_is_not_told(clock):
    ways = {"ours": lasting(clock, 2), "plain recipe": lasting(clock, 6)}
    table = markdown(held(Contest("c", contests.WHOLE, ways, repeats=1), {}))
    assert "| seconds |  | 2 |  |" in table
    assert "| 3× |" in table
