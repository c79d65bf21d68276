"""A configuration of which one experiment cannot be used, since its file is not there: the others are made."""

from small import POINTS
from test_pipeline import ran

TABLE = POINTS | {"source": {"gaussian": {"mean": 0.5, "std": 0.1}}, "target": {"points": {"path": "mine.csv"}}}
SAID = "experiments.table.target: mine.csv does not exist"


def test_one_missing_table_stops_what_needs_it_and_nothing_else(workspace, refused):
    tuned = TABLE | {"training": TABLE["training"] | {"from": "table"}}
    swept = TABLE | {"sweep": {"grid": {"training.steps": [10, 20]}}}
    both = {"points": POINTS, "table": TABLE, "tuned": tuned, "swept": swept}
    workspace.configure(both, default_experiments=["points", "table"])
    assert "gif" in ran(workspace.snakemake("results/points.gif"))
    for target in ((), ("results/table.gif",), ("results/table/metrics.csv",), ("results/table/seed0/model.pt",)):
        refused(workspace.snakemake(*target), SAID)
    for name in ("tuned", "swept"):
        refused(workspace.snakemake(f"results/{name}.gif"), f"experiments.{name}.")
    refused(workspace.snakemake("results/swept/sweep.html"), "mine.csv does not exist")
    refused(workspace.snakemake("results/table/target/train.npy"), SAID)
    workspace.path("mine.csv").write_text("x,y\n" + "".join(f"{row / 99},{row % 7 / 7}\n" for row in range(99)))
    assert "gif" in ran(workspace.snakemake("results/tuned.gif"))


def test_where_none_can_be_used_that_is_said_at_once(workspace, refused):
    workspace.configure({"table": TABLE})
    refused(workspace.snakemake("-n"), SAID)
