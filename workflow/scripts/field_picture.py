"""Draw the field as arrows at a few α: the network's, and the exact one."""

import numpy as np
import torch

from iadb_core.data.densities import read_density
from iadb_core.drawing.plots import field_plot, save_plot
from iadb_core.evaluation.studies import on_cpu
from iadb_core.method.exact import PlaneField, exact_field
from iadb_core.sampling.sampler import Sampler
from iadb_core.system.files import load_array
from iadb_core.system.progress import job
from iadb_core.system.runtime import configure

SHOWN, CELLS = (0.0, 0.25, 0.5, 0.75, 0.95), 20


def occupied(points: np.ndarray) -> np.ndarray:
    """The centres of the cells that have points, (cells, 2)."""
    inside = points[((points >= 0) & (points < 1)).all(axis=1)]
    return (np.unique((inside * CELLS).astype(int), axis=0) + 0.5) / CELLS


with job(snakemake.log[0], f"{snakemake.wildcards.experiment} field picture"):
    configure(snakemake.threads)
    settings, inputs = snakemake.params.settings, snakemake.input
    # On the CPU, whatever the experiment runs on: few evaluations, and a login node has no GPU.
    sampler, trajectory = Sampler(inputs.model, settings | {"device": "cpu"}), load_array(inputs.trajectory)
    pictures = {
        side: read_density(inputs[f"{side}_picture"]) for side in ("source", "target") if inputs[f"{side}_picture"]
    }
    exact = exact_field(settings["source"], settings["target"], pictures, {})
    kinds = {"network": on_cpu(sampler)} | ({"exact": exact.where_known} if isinstance(exact, PlaneField) else {})
    alphas = np.array(sampler.alphas)
    index = [int(np.abs(alphas - wanted).argmin()) for wanted in SHOWN]
    places = [torch.from_numpy(occupied(trajectory[i])).float() for i in index]
    with torch.inference_mode():
        fields = {
            kind: [field(x, x.new_full((len(x),), alphas[i])).numpy() for i, x in zip(index, places, strict=True)]
            for kind, field in kinds.items()
        }
    name = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}"
    save_plot(snakemake.output.picture, field_plot(name, alphas[index].tolist(), [x.numpy() for x in places], fields))
