"""What a run of the workflow leaves behind when something has failed: the table of each sweep, as far as there is."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from iadb_core.system.files import read_json

ERROR = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ ERROR (.*)", re.MULTILINE)
STAGES = ("train", "generate", "metrics")  # whose logs tell why a variant has no figures
NOT_MADE = "not made: the run had ended before"
Run = tuple[str, int]


def why(run: Run, logs: Path = Path("logs")) -> str:
    """Why a run has no figures: the last error in the logs of its stages."""
    name, seed = run
    for stage in reversed(STAGES):
        for path in sorted(logs.glob(f"{stage}/{name}/seed{seed}*")):
            files = sorted(path.rglob("*.log")) if path.is_dir() else [path]
            said = [ERROR.findall(file.read_text(encoding="utf-8", errors="replace")) for file in files]
            if errors := [error for own in said for error in own]:
                return str(errors[-1])
    return NOT_MADE


def write_sweeps(
    sweeps: Mapping[str, Mapping[str, Mapping[str, Any]]],
    runs: Mapping[str, Iterable[Run]],
    results: Path = Path("results"),
    logs: Path = Path("logs"),
) -> list[str]:
    """Write the tables of sweeps of which some runs have figures and some have failed; the names of those sweeps.

    sweeps: the swept values by sweep, variant and key. runs: of each sweep. The tables are dated so that Snakemake
    makes them anew when it can.
    """
    written = []
    for name, values in sweeps.items():
        done = [run for run in runs[name] if _of(run, results, "metrics.json").exists()]
        failed = {run: why(run, logs) for run in runs[name] if run not in done}
        if not done or all(said == NOT_MADE for said in failed.values()):
            continue
        from iadb_core.tables.variants import compare, figures_of, write_comparison

        rows = [
            {
                "experiment": variant,
                "seed": seed,
                **figures_of(read_json(_of((variant, seed), results, "metrics.json"))),
                **read_json(_of((variant, seed), results, "training.json")),
            }
            for variant, seed in done
        ]
        told: dict[str, str] = {}
        for (variant, seed), said in failed.items():
            told[variant] = "; ".join(filter(None, [told.get(variant), f"seed {seed}: {said}"]))
        compared = compare(rows, values, told)
        files = [results / name / f"sweep.{suffix}" for suffix in ("csv", "html", "png", "pdf", "svg", "txt")]
        write_comparison(name, compared, files)
        for path in files:
            os.utime(path, (0, 0))
        written.append(name)
    return written


def _of(run: Run, results: Path, file: str) -> Path:
    return results / run[0] / f"seed{run[1]}" / file
