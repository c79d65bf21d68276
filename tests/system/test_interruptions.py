import signal

import pytest

from iadb_core.system.interruptions import HELD, Interruptions


@pytest.fixture(autouse=True)
def ordinary_handlers():
    """All of them raise KeyboardInterrupt, as SIGINT does."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in HELD}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def held(*work):
    """Do these things with signals held back; returns how many were done before one acted, or None."""
    done = 0
    try:
        with Interruptions() as interruptions:
            for each in work:
                each(interruptions)
                done += 1
    except KeyboardInterrupt:
        return done
    return None


def sends(number):
    return lambda interruptions: signal.raise_signal(number)


def acts(interruptions):
    interruptions.act()


def nothing(interruptions):
    pass


@pytest.mark.parametrize("number", HELD)
def test_a_signal_waits_until_it_may_act(number):
    assert held(sends(number), nothing, acts, nothing) == 2
    assert signal.getsignal(number) is signal.default_int_handler


def test_the_signal_that_waits_can_be_seen():
    seen = []
    held(sends(signal.SIGTERM), lambda interruptions: seen.append(interruptions.received))
    assert seen == [signal.SIGTERM]


def test_a_signal_that_was_not_acted_upon_acts_at_the_end():
    assert held(sends(signal.SIGTERM), nothing) == 2


def test_a_terminal_and_its_shell_hang_up_one_after_the_other():
    assert held(sends(signal.SIGHUP), sends(signal.SIGHUP), nothing, acts, nothing) == 3


def test_a_second_signal_acts_at_once():
    assert held(sends(signal.SIGTERM), sends(signal.SIGINT), nothing) == 1


def test_without_a_signal_nothing_happens():
    assert held(nothing, acts) is None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_that_is_ignored_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seen = []
    assert held(sends(signal.SIGINT), lambda interruptions: seen.append(interruptions.received), acts) is None
    assert seen == [None]


def test_a_failure_is_not_hidden_by_a_signal():
    def fails(interruptions):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        held(sends(signal.SIGINT), fails)
