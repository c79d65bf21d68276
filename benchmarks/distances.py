"""Time and peak memory of every distance between 10,000 and 10,000 samples: python -m benchmarks.distances

Points are in the plane, features have 64 dimensions, images 32×32 pixels. Each measure runs in a process of its own, so
that its peak is its own. Prints a Markdown table.
"""

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from iadb_core.evaluation.distances import energy_distance, median_distance, mmd, sliced_wasserstein, wasserstein2
from iadb_core.evaluation.fidelity import frechet_distance, kernel_distance, nearest, overlap
from iadb_core.system.runtime import peak_memory_mb

COUNT = 10_000
MEASURES: dict[str, tuple[int, Callable[[np.ndarray, np.ndarray], object]]] = {
    "W2": (2, wasserstein2),
    "energy distance": (2, energy_distance),
    "MMD": (2, lambda a, b: mmd(a, b, median_distance(b))),
    "sliced W2 of points": (2, lambda a, b: sliced_wasserstein(a, b, 512, 0)),
    "sliced W2 of images": (1024, lambda a, b: sliced_wasserstein(a, b, 512, 0)),
    "Fréchet distance": (64, frechet_distance),
    "kernel distance": (64, kernel_distance),
    "precision, recall, density, coverage": (64, lambda a, b: overlap(a, b, 5)),
    "nearest image": (1024, nearest),
}


def measure(name: str) -> str:
    """The line of one measure: seconds, and the peak memory of this process in MB."""
    import torch

    dimensions, distance = MEASURES[name]
    random = np.random.default_rng(0)
    a, b = (random.normal(mean, 1, (COUNT, dimensions)) for mean in (0, 0.3))
    began = time.monotonic()
    distance(a, b)
    return f"| {name} | {dimensions} | {time.monotonic() - began:.1f} | {peak_memory_mb(torch.device('cpu')):,.0f} |"


def main() -> None:
    """Measure the one that is named, else each in a process of its own."""
    if len(sys.argv) > 1:
        print(measure(sys.argv[1]))
        return
    print(
        f"| {COUNT:,} against {COUNT:,} | dimensions | seconds | peak memory, MB |\n| --- | --- | --- | --- |",
        flush=True,
    )
    for name in MEASURES:
        subprocess.run([sys.executable, "-m", "benchmarks.distances", name], check=True)


if __name__ == "__main__":
    main()
