"""What a run of the workflow leaves behind when it has succeeded: the configuration of each run, and no states."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from iadb_core.system.files import write_text
from workflow.borrowing import needed
from workflow.configuration import Configuration
from workflow.experiments import sorted_tree

HEAD = """\
# The configuration, defaults and all, with which what was last asked of this run was up to date:
# as config.yaml of the project it makes the run again.
"""


def run_configuration(config: Configuration, name: str, seed: int) -> dict[str, Any]:
    """The configuration of one run alone, with those whose models it needs. config: complete."""
    runs = needed(config.experiments, name, seed)
    asked = {one: [*config.experiments[one].seeds, *(own for other, own in runs if other == one)] for one, _ in runs}
    seeds = {one: [own for own in dict.fromkeys(every) if (one, own) in runs] for one, every in asked.items()}
    own = {
        "classifier": config.classifier.written(),
        "default_experiments": [name],
        "experiments": {
            one: {key: value for key, value in config.experiments[one].written().items() if key != "sweep"}
            | {"seeds": of}
            for one, of in seeds.items()
        },
    }
    completed: dict[str, Any] = sorted_tree(own)
    return completed


def record(config: Configuration, runs: Iterable[tuple[str, int]], results: Path = Path("results")) -> None:
    """Write results/<experiment>/seed<seed>/config.yaml of each run (experiment, seed) whose folder is there."""
    for name, seed in runs:
        path = results / name / f"seed{seed}" / "config.yaml"
        text = HEAD + yaml.safe_dump(run_configuration(config, name, seed), allow_unicode=True)
        if path.parent.is_dir() and not (path.exists() and path.read_text(encoding="utf-8") == text):
            write_text(path, text)


def remove_states(runs: Iterable[tuple[str, int]], results: Path = Path("results")) -> None:
    """Remove the states of trainings, of runs (experiment, seed), that have ended: those beside a model."""
    for name, seed in runs:
        of_run = results / name / f"seed{seed}"
        for folder in (of_run, of_run / "regression"):
            for state in folder.glob("model.*.resume") if (folder / "model.pt").exists() else ():
                state.unlink(missing_ok=True)
