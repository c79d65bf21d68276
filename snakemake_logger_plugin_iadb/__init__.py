"""What Snakemake says while it makes results: which, how far it is, and at the end why something failed.

A logger plugin of Snakemake, which finds it by the name of this package; profiles/default chooses it. What a dry run
says is left to Snakemake.
"""

import difflib
import re
import sys
import time
from collections.abc import Mapping, Sequence
from logging import LogRecord
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

NOISE = (
    "Using workflow specific profile",
    "Using profile",
    "Workflow defines that rule",
    "Assuming unrestricted shared filesystem",
    "Building DAG of jobs",
    "Using shell",
    "Conda environments: ignored",
    "Complete log",
    "Elapsed time",
    "Select jobs to execute",
    "Execute ",
    "Exiting because a job execution failed",
)
TOLD_BELOW = re.compile(r"RuleException:\nCalledProcessError|WorkflowError:\nAt least one job")
TIME = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ (ERROR |INFO |WARNING )?")
PLACE = re.compile(r'^ *File ".*", line \d+, in .*\n?|^(\w*Error) in file ".*", line \d+:\n', re.MULTILINE)
REFUSED = re.compile(r"InputFunctionException.*?ConfigError:\s*(.*?)\s*\nWildcards:", re.DOTALL)
CONFIGFILE = ("--configfile", "--configfiles")
UNREAD = re.compile(r"Config file (is not valid|must be given)|load_configfile")
UNKNOWN = re.compile(r"No rule to produce (\S+?)(?: \(|$)", re.MULTILINE)
STOPPED = ("interrupted", "terminated")  # what the log of a job ends with that was told to end
MADE = ("gif", "mp4", "webp")
TABLES = ("metrics.csv", "evaluation.csv", "solvers.png", "contact_sheet.png", "map.png", "sweep.html")
OF_A_RUN = ("model.pt", "samples.npz", "samples.csv", "samples", "frames")
experiments: list[str] = []  # the names there are, which the workflow tells
comparisons: list[str] = []
unusable: dict[str, str] = {}  # of them, those that cannot be used, and why
KILLED = "(it is empty: the job was killed before it could say why)"
MOST_LINES = 12  # of the log of a job that failed
MOST_FAILED = 5  # jobs that are shown with their logs
CLEAR = "\r\x1b[K"  # a bar that a job has left on the line


class LogHandler(LogHandlerBase):
    """A line when a job begins, one when it ends, and at the end the message of each that failed."""

    writes_to_stream, writes_to_file, has_filter, has_formatter, needs_rulegraph = True, False, False, False, False

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.running: dict[int, tuple[str, str, float]] = {}  # by number: what it is, its rule, and since when
        self.failed: list[tuple[str, list[str]]] = []  # what it was, and its logs
        self.done = self.total = 0
        self.stream = sys.stdout if self.common_settings.stdout else sys.stderr  # of a dry run the former
        self.terminal = self.stream.isatty()

    def emit(self, record: LogRecord) -> None:
        """Say what a record means to a person, or nothing."""
        event = getattr(record, "event", None)
        if self.common_settings.dryrun:
            self._say(_tidy(self.format(record)))
        elif event in HANDLED:
            getattr(self, HANDLED[event])(vars(record))
        elif event in (None, LogEvent.ERROR) and not self._is_noise(record):
            self._say(_tidy(self.format(record)))

    def close(self) -> None:
        """Say what came of it: the messages of jobs that failed come last. Snakemake may call it twice."""
        if self.failed:
            self._tell_failures()
        elif self.done:
            self._say(f"{_counted(self.done)} done in {_duration(time.monotonic() - self.began)}")
        self.failed, self.done = [], 0
        super().close()

    def _is_noise(self, record: LogRecord) -> bool:
        message = record.getMessage()
        return not message.strip() or message.startswith(NOISE) or bool(TOLD_BELOW.match(message))

    def _say(self, text: str) -> None:
        print(f"{CLEAR if self.terminal else ''}{text}", file=self.stream, flush=True)

    def _run_info(self, record: Mapping[str, Any]) -> None:
        stats = {name: count for name, count in record["stats"].items() if name != "total"}
        self.total = sum(stats.values())
        jobs = ", ".join(f"{count} {name}" if count > 1 else name for name, count in stats.items())
        self._say(f"{_counted(self.total)} to do: {jobs}")

    def _job_info(self, record: Mapping[str, Any]) -> None:
        what = record["rule_msg"] or record["rule_name"]
        self.running[record["jobid"]] = what, record["rule_name"], time.monotonic()
        self._say(f"  … {what}")

    def _job_finished(self, record: Mapping[str, Any]) -> None:
        self.done += 1
        if record["job_id"] in self.running:
            what, rule, since = self.running.pop(record["job_id"])
            took = _duration(time.monotonic() - since)
            self._say(f"{self.done:>3} of {max(self.total, self.done)}  {what}  ({rule}, {took})")

    def _job_error(self, record: Mapping[str, Any]) -> None:
        what, *_ = self.running.pop(record["jobid"], (record["rule_name"],))
        self.failed.append((what, [str(path) for path in record["log"] or ()]))
        self._say(f"  ✗ {what}")

    def _group_error(self, record: Mapping[str, Any]) -> None:
        for job in record["job_error_info"]:
            self._job_error(job)

    def _tell_failures(self) -> None:
        left = f", {_counted(self.total - self.done)} not done" if self.total > self.done else ""
        ends = [_last_lines(path.split(" (")[0])[-1] for _, logs in self.failed for path in logs[:1]]
        if ends and all(end in STOPPED for end in ends):
            self._say(f"\nStopped{left}. The same command goes on from here.")
            return
        self._say(f"\n{_counted(len(self.failed))} failed{left}:")
        for what, logs in self.failed[:MOST_FAILED]:
            self._say(f"\n✗ {what}")
            for path in logs:
                self._say(f"  {path.split(' (')[0]}:")
                self._say("\n".join(f"    {line}" for line in _last_lines(path.split(" (")[0])))
        if len(self.failed) > MOST_FAILED:
            self._say(f"\n… and {len(self.failed) - MOST_FAILED} more: see logs/")


HANDLED = {
    LogEvent.RUN_INFO: "_run_info",
    LogEvent.JOB_INFO: "_job_info",
    LogEvent.JOB_FINISHED: "_job_finished",
    LogEvent.JOB_ERROR: "_job_error",
    LogEvent.GROUP_ERROR: "_group_error",
}


def _tidy(text: str) -> str:
    """A message without the places in rule files, on which a user has no influence, and with names that were meant."""
    if UNREAD.search(text) and (why := _unread(sys.argv)):
        return f"The configuration cannot be used.\n{why}"
    if refused := REFUSED.search(text):
        return f"The experiment cannot be used.\n{refused[1]}"
    unknown = UNKNOWN.search(text)
    if unknown and experiments:
        return f"{unknown[1]}: {_meant(unknown[1])}"
    return PLACE.sub("", text).rstrip()


def _unread(arguments: Sequence[str]) -> str:
    """What is wrong with the files that follow --configfile, which Snakemake reads before the workflow can."""
    from workflow.reading import ReadingError, read

    said, given = [], False
    for argument in arguments:
        option, _, path = argument.partition("=") if argument.startswith("-") else ("", "", argument)
        given = option in CONFIGFILE if option else given
        if given and path:
            try:
                read(path)
            except ReadingError as error:
                said.append(str(error))
    return "\n".join(said)


def _meant(asked: str) -> str:
    """What to say of a file or a target that nothing makes."""
    name = re.split(r"[/.]", asked.removeprefix("results/"), maxsplit=1)[0]
    if asked.endswith("_density.gif") and (own := name.removesuffix("_density")) in experiments:
        return (
            f"{own} has none: only points of the plane, whose source is known, and networks that need no condition do"
        )
    if asked.startswith("results/compare/"):
        there = ", ".join(comparisons) or "none: name experiments under `compare:`"
        return f"there is no such comparison. There are: {there}"
    if asked.startswith("results/") and name not in experiments and name not in ("metrics", "evaluation", "summary"):
        near = difflib.get_close_matches(name, experiments, n=1)
        meant = f"; did you mean {near[0]}?" if near else "."
        return f"there is no experiment {name}{meant} There are: {', '.join(experiments)}"
    if name in unusable:
        return unusable[name]
    if asked.endswith("/sweep.html"):
        return f"{name} has no `sweep:` in the configuration"
    there = ["all", "evaluate", "comparisons", "published", "results/metrics.csv", "results/summary.md"]
    for own in experiments:
        there += [f"results/{own}.{suffix}" for suffix in MADE] + [f"results/{own}/{table}" for table in TABLES]
        there += [f"results/{own}/seed0/{file}" for file in OF_A_RUN]
    near = difflib.get_close_matches(asked, there, n=3, cutoff=0.5)
    told = f"; near to it: {', '.join(near)}" if near else ""
    return f"nothing makes this{told}. docs/pipeline.md lists what can be made"


def _last_lines(path: str) -> list[str]:
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ["(no log)"]
    return [TIME.sub("", line) for line in lines[-MOST_LINES:]] or [KILLED]


def _counted(jobs: int) -> str:
    return "1 job" if jobs == 1 else f"{jobs} jobs"


def _duration(seconds: float) -> str:
    minutes, left = divmod(round(seconds), 60)
    return (
        f"{minutes}:{left:02d} min" if seconds >= 100 else f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    )
