"""Going on after an interruption, from the state of a training in a file: trusted only if whole and of the same run."""

import hashlib
import io
import os
import time
from pathlib import Path

import torch

from iadb_core.system.archives import load_archive
from iadb_core.system.errors import InputError
from iadb_core.system.files import atomic
from iadb_core.system.interruptions import Interruptions
from iadb_core.system.progress import log
from iadb_core.training.choosing import LeastLoss
from iadb_core.training.loop import Running, State
from iadb_core.training.records import Record

MAGIC = b"iadb-resume-2\n"
DIGEST_SIZE = hashlib.sha256().digest_size
SECONDS_BETWEEN_STATES = 10.0
GREATEST_SHARE = 0.01  # of the training's time


class ResumeFile:
    """Where the state of one training is kept.

    fingerprint: of all that the training's result depends on. A state with another one is not gone on from.
    hardware: what this process computes with. In `computed_on` is what the whole training was computed with, one after
    the other: a state is gone on from on other hardware too, though its result is then that of neither.
    """

    def __init__(self, path: str | os.PathLike[str], fingerprint: str, hardware: str = "") -> None:
        self.path, self.fingerprint, self.computed_on = Path(path), fingerprint, [hardware]

    def save(self, state: State) -> None:
        """Write the state, atomically. Raises InputError if that fails."""
        content, told = io.BytesIO(), {"fingerprint": self.fingerprint, "computed_on": self.computed_on}
        torch.save({**told, **state._asdict(), "records": [*map(tuple, state.records)]}, content)
        with atomic(self.path) as file:
            file.write(MAGIC + hashlib.sha256(content.getbuffer()).digest())
            file.write(content.getbuffer())

    def load(self) -> State | None:
        """The state that was saved; None, and a line in the log that says why, if there is none to go on from."""
        try:
            state, before = self._read()
        except FileNotFoundError:
            if others := sorted(path.name for path in self.path.parent.glob(f"*{self.path.suffix}")):
                log.info("states of other settings, code or data stay: %s", ", ".join(others))
            return None
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
        except ValueError as error:
            why = str(error)
        else:
            self._goes_on(before)
            return state
        log.warning("%s %s: the training begins anew", self.path, why)
        return None

    def _goes_on(self, before: list[str]) -> None:
        now = self.computed_on[-1]
        if before[-1] != now:
            log.warning("it was begun with %s and goes on with %s: the last digits will be of neither", before[-1], now)
            self.computed_on = [*before, now]
        else:
            self.computed_on = before

    def _read(self) -> tuple[State, list[str]]:
        """The state, and what it was computed with. Raises ValueError if the file holds no state of this training."""
        content = self.path.read_bytes()
        begin = len(MAGIC) + DIGEST_SIZE
        if content[: len(MAGIC)] != MAGIC:
            raise ValueError("is of another version of this program, or damaged")
        if hashlib.sha256(content[begin:]).digest() != content[len(MAGIC) : begin]:
            raise ValueError("is damaged")
        try:
            found = load_archive(io.BytesIO(content[begin:]))
            fingerprint, computed_on = found.pop("fingerprint"), found.pop("computed_on")
            state = State(**found | {"records": [Record(*record) for record in found["records"]]})
            _check(state, computed_on)
        except Exception as error:  # torch raises nearly every exception; and a digest is no signature
            raise ValueError(f"cannot be understood ({type(error).__name__})") from error
        if fingerprint != self.fingerprint:
            raise ValueError("is of other settings, code or data")
        return state, computed_on


def _check(state: State, computed_on: object) -> None:
    """Raise TypeError if something of a state that was read is not what it should be."""
    counts = [state.steps, state.blocks, *(record.step for record in state.records)]
    numbers = [state.seconds, *state.losses, *(part for record in state.records for part in record[1:])]
    right = (
        all(type(count) is int and count >= 0 for count in counts)
        and all(isinstance(number, float) for number in numbers)
        and all(isinstance(tensor, torch.Tensor) for tensor in state.tensors)
        and isinstance(computed_on, list)
        and bool(computed_on)
        and all(isinstance(text, str) for text in computed_on)
    )
    if not right:
        raise TypeError("not a state")


def from_shorter(finished: ResumeFile, steps: int, decay: str) -> State | None:
    """The state that a shorter training of the same has left, if so many steps can go on from it.

    They can where the rate of a step does not depend on their number: then the result is that of all steps at once.
    """
    try:
        state, before = finished._read()
    except (OSError, ValueError):  # there is none, or one of other settings
        return None
    if state.steps >= steps:
        return None
    if decay != "constant":
        log.info("the rate of a step depends on their number: the training begins anew, not where a shorter one ended")
        return None
    finished._goes_on(before)
    return state


class Keeper:
    """Saves the state of a training every few seconds, at its end, and before an interruption acts.

    A state whose numbers are not all finite is not saved, so that the file keeps the last good one; where the file
    cannot be written, a warning is logged and the training goes on. finished: gets the state before the last block,
    from which a longer training goes on. `least`: what the training found by validation samples, if it looks.
    """

    def __init__(self, file: ResumeFile, interruptions: Interruptions, finished: ResumeFile | None = None) -> None:
        self.file, self.interruptions, self.finished = file, interruptions, finished
        self.pause, self.last, self.took = SECONDS_BETWEEN_STATES, time.monotonic(), 0.0
        self.least: LeastLoss | None = None

    def __call__(self, training: Running) -> None:
        """To be called between blocks. Raises InputError if the training's loss is not finite."""
        ended = training.done == training.steps
        self.least = training.least
        if training.nearly_done and self.finished:
            self._save(training.state(), self.finished)
        if ended or self.interruptions.received or time.monotonic() - self.last >= self.pause:
            training.wait()  # what a GPU has still to do is no cost of saving
            began = time.monotonic()
            self._save(training.state(), self.file)
            self.last = time.monotonic()
            self._costs(self.last - began)
            self.interruptions.act()

    def _costs(self, seconds: float) -> None:
        """Save as often as it may cost; of the last two the cheaper counts, since a disk may keep one waiting."""
        self.pause = max(SECONDS_BETWEEN_STATES, min(seconds, self.took) / GREATEST_SHARE)
        self.took = seconds

    def _save(self, state: State, file: ResumeFile) -> None:
        if not all(bool(tensor.isfinite().all()) for tensor in state.tensors):
            return
        try:
            file.save(state)
        except InputError as error:
            log.warning("%s: after an interruption the training would go on from an earlier state", error)
