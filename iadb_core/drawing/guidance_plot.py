"""What guidance does to quality, to diversity, and to how often the class is seen that was asked for."""

import numpy as np
import pandas
from matplotlib.figure import Figure

from iadb_core.data.parts import HELD_OUT
from iadb_core.drawing.plots import FLOOR_COLOUR, captioned_figure
from iadb_core.evaluation.metrics import CLASS_ACCURACY, CLASS_W2, CLASSIFIER, FRECHET, PRECISION, RECALL, W2

SHOWN = [metric.title for metric in (W2, CLASS_W2, FRECHET[CLASSIFIER], CLASS_ACCURACY, PRECISION, RECALL)]
COLUMNS, OF_CLASS = 2, "0.8"
PUSHED = {
    "guidance": "towards their classes by the weight w in u + w·(c − u)",
    "autoguidance": "away from those of a weaker model by the weight w in v + w·(f − v)",
}


def guidance_plot(table: pandas.DataFrame) -> Figure:
    """The figures of held-out samples against the weight. table: of `guidance_table`."""
    table = table[table.split == HELD_OUT].fillna({"class": ""})
    metrics = [title for title in SHOWN if title in set(table.metric)] or list(dict.fromkeys(table.metric))[:COLUMNS]
    caption = (
        f"{table.experiment.iloc[0]}, seed {table.seed.iloc[0]}: one trained network, its samples pushed "
        f"{PUSHED[table.guidance.iloc[0]]}; w = 1 is no guidance. {table.n.iloc[0]:,} samples against held-out ones. "
        "Dashed: what as many real samples score; pale: each class by itself, of fewer samples."
    )
    figure, axes = captioned_figure(COLUMNS, -(-len(metrics) // COLUMNS), caption)
    for axis, metric in zip(axes, metrics, strict=False):
        shown = table[table.metric == metric]
        for _, of_class in shown[shown["class"] != ""].groupby("class"):
            axis.plot(of_class.weight, of_class.value, color=OF_CLASS, linewidth=0.8, zorder=1)
        shown = shown[shown["class"] == ""]
        axis.plot(shown.weight, shown.value, "o-", markersize=4)
        floor = shown.floor.iloc[0]
        if np.isfinite(floor):
            axis.axhline(floor, color=FLOOR_COLOUR, linestyle="--", linewidth=1)
        axis.set_xlabel("weight of guidance")
        axis.set_ylabel(metric)
    for axis in axes[len(metrics) :]:
        axis.set_visible(False)
    return figure
