# What the rules share whose results stand in the report: snakemake --report.
import sys

from workflow.report import Told

WATCH, FIGURES, SOLVERS_OF_REPORT = "1 To watch", "2 Figures and floors", "3 What evaluations buy"
MAPS_OF_REPORT, TRAINING_OF_REPORT, SAMPLES_OF_REPORT = "4 The map", "5 Training", "6 Samples"
COMPARED_OF_REPORT = "7 Side by side"

if "--report" in sys.argv:  # captions have figures in them, which are read then and only then
    config["told"] = Told(configuration, {name: experiments[name] for name in experiments.names})


def reported(path, caption, category, **labels):
    """An output that stands in the report, under its labels."""
    return report(
        ensure(path, non_empty=True),
        caption=f"../report/{caption}.rst",
        category=category,
        labels=labels or {"what": caption},
    )


def category_of_table(wildcards):
    """Where a table stands in the report."""
    name = wildcards.tabled.split("/")[-1]
    if name == "solvers":
        return SOLVERS_OF_REPORT
    return FIGURES if name in ("metrics", "evaluation", "summary") else COMPARED_OF_REPORT


def labels_of_table(wildcards):
    """What a table is called there."""
    scope, _, name = wildcards.tabled.rpartition("/")
    return {"experiment": scope if scope and scope != "compare" else "all", "what": f"table: {name}"}


def made(*paths):
    """Those of the files that there are: what has been asked for before stands in the report as well."""
    return [path for path in paths if os.path.exists(path)]


def page_targets(wildcards):
    """What stands in the report: pages of the default experiments, and of all that has been made beside them."""
    found = [
        f"results/{table}.table.html" for table in ("metrics", "evaluation", "summary") if made(f"results/{table}.csv")
    ]
    for name in configuration.default_experiments:
        own = experiments[name]
        found.append(f"results/{name}/animation.html")
        found += made(*evaluation_pictures(name), f"results/{name}/theorem.png", f"results/{name}/sweep.png")
        found += [f"results/{name}/solvers.table.html"] if made(f"results/{name}/solvers.csv") else []
        found += [f"results/{name}/explore.html"] if not not_explorable(own) else []
        found += [
            f"results/{name}/{kind}_animation.html"
            for kind in ("density", "theorem")
            if made(f"results/{name}_{kind}.gif")
        ]
    for name in configuration.compare:
        found += made(f"results/compare/{name}.png")
        found += [f"results/compare/{name}.table.html"] if made(f"results/compare/{name}.csv") else []
    if configuration.published and made("results/published.csv"):
        found += ["results/published.png", "results/published.table.html"]
    return found


def gif_of(wildcards):
    """The GIF that a page is about."""
    return f"results/{wildcards.experiment}{'_' + wildcards.kind[:-1] if wildcards.kind else ''}.gif"


wildcard_constraints:
    tabled=f"metrics|evaluation|summary|published|(({one_of(experiments.names)})/(metrics|evaluation|summary|solvers|sweep|guidance|restored|partners|theorem))|(compare/({one_of(configuration.compare)}))",
    kind="(density_|theorem_)?",
