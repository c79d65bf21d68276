"""Whole animations from nothing."""

import torch
from PIL import Image

from benchmarks import whole


def test_the_stages_make_a_gif_without_snakemake(tmp_path):
    whole.by_stages("densities", 64, None, tmp_path / "out.gif", torch.device("cpu"))
    with Image.open(tmp_path / "out.gif") as gif:
        assert (gif.n_frames, gif.size) == (129, (512, 544))


def test_the_workflow_makes_the_same_gif_from_nothing(tmp_path):
    with Image.open(whole.by_snakemake("densities", 64, tmp_path, tmp_path, torch.device("cpu"))) as gif:
        assert (gif.n_frames, gif.size) == (129, (512, 544))
