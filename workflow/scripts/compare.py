"""Experiments side by side: quality by network evaluations, straightness and training time, over seeds."""

from io import BytesIO

import pandas

from iadb_core.data.registry import density_of
from iadb_core.drawing.compare_plot import compare_plot
from iadb_core.drawing.plots import save_plots
from iadb_core.drawing.samples_beside import SHOWN, samples_beside
from iadb_core.pages.compare import compare_page
from iadb_core.system.arrays import load_array
from iadb_core.system.files import read_json, write_text
from iadb_core.system.progress import job
from iadb_core.tables.side_by_side import readable, side_by_side

ENDS = 1  # in ends.npy, after the starts


def seconds_of(path: str) -> float:
    """What a training took, or the making of pairs, by its summary."""
    told = read_json(path)
    return float(told["training_seconds" if "training_seconds" in told else "making_seconds"])


with job(snakemake.log[0], f"{snakemake.wildcards.comparison} comparison"):
    inputs, params, output = snakemake.input, snakemake.params, snakemake.output
    tables, maps = map(pandas.read_csv, inputs.solvers), map(read_json, inputs.maps)
    seconds = [sum(map(seconds_of, paths)) for paths in params.trainings]
    runs = zip((name for name, _ in params.runs), tables, maps, seconds, strict=True)
    table = side_by_side(runs, params.solvers)
    write_text(output.csv, table.to_csv(index=False, lineterminator="\n"))
    write_text(output.markdown, readable(table))

    histories: dict[str, list[pandas.DataFrame]] = {}
    for (name, _), path in zip(params.runs, inputs.histories, strict=True):
        histories.setdefault(name, []).append(pandas.read_csv(path))
    figure = compare_plot(snakemake.wildcards.comparison, table, histories)
    save_plots(output, figure)

    samples = {}
    for name, path in zip(params.targets, inputs.ends, strict=True):
        ends = load_array(path)[ENDS]
        shown = ends[:SHOWN] if ends.ndim > 2 else ends
        samples[name] = density_of(params.targets[name]).true_values(shown)
    of_samples = BytesIO()
    samples_beside(samples).savefig(of_samples, format="png", metadata={"Software": None})
    with open(output.picture, "rb") as picture, open(output.caption, encoding="utf-8") as caption:
        shown_beside = caption.read(), picture.read(), of_samples.getvalue()
    told = snakemake.wildcards.comparison, list(params.targets), params.differences, table
    write_text(output.page, compare_page(*told, *shown_beside))
