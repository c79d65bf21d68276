"""The benchmarks: this project, the plain recipe and its peers in turn, in one run.

    python -m benchmarks.run [--quick] [--only WORD …] [--device cuda] [--data-dir DIR] [--out results/benchmarks]

Writes benchmarks.csv, benchmarks.json and benchmarks.md to the folder, and the table to the screen.
"""

import argparse
import csv
import json
import sys
import tempfile
import time
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from benchmarks.completion import completed
from benchmarks.contests import Row, hold, markdown
from benchmarks.machine import bandwidth, described, matrix_products
from benchmarks.served import Served, serve
from benchmarks.works import ASKED_FOR, QUICK, SLOW, Benchmarks
from benchmarks.works.base import mnist_images
from iadb_core.system.errors import InputError
from iadb_core.system.files import write_json, write_text
from iadb_core.system.runtime import available_cores, choose_device, configure


def left_out(name: str, benchmarks: Benchmarks) -> str:
    """Why a contest is not held here; empty if it is."""
    if name == "mnist_training_in_float32" and not benchmarks.reduced:
        return "MNIST training is in float32 here"
    if name.startswith("mnist_gif") and mnist_images(benchmarks.data_dir) is None:
        return f"there is no MNIST in {benchmarks.data_dir}"
    if "_gif" in name and not find_spec("imageio"):
        return "the recipe needs imageio: pip install --requirement benchmarks/requirements.txt"
    return ""


def report(rows: list[Row], machine: dict[str, Any], out: Path) -> None:
    """The three files."""
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "benchmarks.json", {"machine": machine, "rows": [asdict(row) for row in rows]})
    with open(out / "benchmarks.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    notes = [f"{row.contest}: {row.note}" for row in rows if row.note and row.way == "ours"]
    head = "\n".join(f"- {key}: {value}" for key, value in machine.items())
    write_text(out / "benchmarks.md", "\n\n".join([head, markdown(rows), *notes]) + "\n")


def main() -> None:
    """Hold the contests that were asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs, and no whole animations")
    parser.add_argument("--only", nargs="+", default=[], help="contests whose names have one of these in them")
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"))
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--serve", nargs=2, metavar=("CONTEST", "WAY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        benchmarks = Benchmarks(given.device, given.data_dir, given.folder, given.quick)
        serve(getattr(benchmarks, given.serve[0])(), given.serve[1], given.device)
        return
    held = QUICK if given.quick else (*QUICK, "mnist_training_in_float32", *SLOW)
    names = [name for name in held if not given.only or any(word in name for word in given.only)]
    names += [name for name in ASKED_FOR if name in given.only]
    if not names:
        there = ", ".join((*held, *ASKED_FOR))
        parser.error(f"--only {' '.join(given.only)}: no contest has such a name; there are {there}")
    try:
        choose_device(str(given.device))
    except InputError as error:
        parser.error(str(error))
    configure(available_cores())
    products = matrix_products(given.device)
    machine = described(given.device) | {
        "matrix_products_gflops": {name: round(value / 1e9) for name, value in products.items()},
        "memory_bandwidth_gb_s": round(bandwidth(given.device) / 1e9, 1),
    }
    print(json.dumps(machine, indent=2), file=sys.stderr)
    rows: list[Row] = []
    told: list[Row] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        benchmarks = Benchmarks(given.device, given.data_dir.resolve(), Path(folder), given.quick)
        arguments = ["--device", str(given.device), "--data-dir", str(benchmarks.data_dir), "--folder", folder]
        arguments += ["--quick"] if given.quick else []
        for name in names:
            if why := left_out(name, benchmarks):
                print(f"{name} is left out: {why}", file=sys.stderr)
                continue
            contest = getattr(benchmarks, name)()
            ways = {way: Served(name, way, arguments) for way in contest.ways}
            rows += hold(contest, products, ways.__getitem__)
            for way in ways.values():
                way.end()
            print(markdown(rows[-len(ways) :]), rows[-len(ways)].note, sep="\n", file=sys.stderr)
            machine["benchmarks_took_s"] = round(time.perf_counter() - began)
            print(f"{machine['benchmarks_took_s']} s since the benchmarks began", file=sys.stderr, flush=True)
            told = [*rows, *completed(rows, benchmarks.bars)]
            report(told, machine, given.out)  # so that nothing is lost if the next one fails
    print(markdown(told))


if __name__ == "__main__":
    main()
