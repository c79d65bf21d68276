"""Real runs that are killed at random moments until they end: python tests/soak [--kills 200] [--seed 0]
[--device cuda].

Runs of the workflow are started, and interrupted in a random way at a random moment, wherever they are then; the next
run goes on, until one ends. After every kill each file that has its own name must be whole, and in the end all results
must be the bytes of the run that nothing disturbed. Prints what happened, and stops with an error if it should not.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import interrupting as runs
from conftest import Workspace, make_workspace
from interrupting import LOG, MODEL, WAYS

ORPHANED = "SIGKILL of Snakemake alone"
ENDS = WAYS | {ORPHANED: runs.kill_snakemake}
MOST_LOST = 5.0  # seconds of computing; states are kept every 0.2, but some starts of the program are counted in it
LONGEST = 12.0  # seconds after which a run is killed; an undisturbed one takes about as long


class Soak:
    """Kills, and what came of them."""

    def __init__(self, workspace: Workspace, expected: dict[str, str], rng: random.Random) -> None:
        self.workspace, self.expected, self.rng = workspace, expected, rng
        self.kills: Counter[str] = Counter()
        self.resumed = self.ended = 0
        self.lost = 0.0
        self.saved: float | None = None  # when the training's last state was, in seconds since 1970
        self.kept = 0.0  # what the training had computed then, in seconds of its processors' time
        self.orphaned: list[subprocess.Popen[str]] = []

    def run(self) -> bool:
        """Start a run and perhaps kill it; returns whether it ended by itself."""
        began, self.kept = time.time(), 0.0
        process = runs.start(self.workspace)
        deadline = time.monotonic() + self.rng.uniform(0, LONGEST)
        while process.poll() is None and time.monotonic() < deadline:
            self.observe(process, began)
            time.sleep(0.01)
        if process.poll() is None:
            way = self.rng.choice(list(ENDS))
            if way == "SIGKILL of the script" and not runs.scripts(process):
                way = "SIGKILL of all"
            training = self.kept and not self.workspace.path(str(MODEL)).exists()
            computed = runs.computed(process) if training else 0.0
            ENDS[way](process)
            process.wait(120)
            self.kills[way] += 1
            if way == ORPHANED:
                self.orphaned.append(process)
            else:
                runs.wait_for(lambda: not runs.scripts(process))
            if way != ORPHANED and training and self.last_saved() == self.saved:
                self.lost = max(self.lost, computed - self.kept)
        self.check_files()
        runs.unlock(self.workspace)
        return process.returncode == 0

    def observe(self, process: subprocess.Popen[str], began: float) -> None:
        """See whether the training of this run has begun, or has kept another state."""
        log, saved = self.workspace.path(str(LOG)), self.last_saved()
        begins = not self.kept and log.exists() and log.stat().st_mtime > began
        if begins or (self.kept and saved != self.saved):
            self.saved, self.kept = saved, runs.computed(process)

    def last_saved(self) -> float | None:
        """When the training's state was saved the last time, in seconds since 1970; None if there is none."""
        return max((path.stat().st_mtime for path in runs.states(self.workspace)), default=None)

    def check_files(self) -> None:
        """Whatever has its own name is whole."""
        for name, digest in runs.digests(self.workspace).items():
            if digest != self.expected[name]:
                raise SystemExit(f"{name} is not what it should be")
        if half := runs.half_written(self.workspace):
            raise SystemExit(f"half written: {half}")

    def until_the_end(self) -> None:
        """From nothing to results, whatever happens on the way."""
        runs.begin_anew(self.workspace)
        begun: set[int] = set()
        while not self.run():
            step = runs.gone_on_after(self.workspace)
            self.resumed += step is not None and step not in begun
            begun |= {step} if step else set()
        for orphaned in self.orphaned:
            runs.wait_for(lambda run=orphaned: not runs.scripts(run))
        if runs.digests(self.workspace) != self.expected or runs.debris(self.workspace):
            raise SystemExit(f"results differ, or there is debris: {runs.debris(self.workspace)}")
        self.ended += 1


def main() -> None:
    """Kill until there are enough kills."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu", help="where the trainings run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "project")
        runs.prepare(workspace, device=given.device)
        runs.go_on(workspace)
        soak = Soak(workspace, runs.digests(workspace), random.Random(given.seed))
        while soak.kills.total() < given.kills:
            soak.until_the_end()
            print(
                f"{soak.kills.total()} kills ({', '.join(f'{count} {way}' for way, count in soak.kills.items())}): "
                f"{soak.resumed} trainings went on, {soak.ended} runs ended with the same bytes, "
                f"at most {soak.lost:.2f} s of computing lost",
                flush=True,
            )
        if soak.lost > MOST_LOST or not soak.resumed:
            raise SystemExit("more work was lost than between two states")


if __name__ == "__main__":
    main()
