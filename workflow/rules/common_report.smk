# What the rules share whose results stand in the report: snakemake --report.
import sys

from workflow.report import Told

WATCH, FIGURES, SOLVERS_OF_REPORT = "1 To watch", "2 Figures and floors", "3 What evaluations buy"
MAPS_OF_REPORT, TRAINING_OF_REPORT, SAMPLES_OF_REPORT = "4 The map", "5 Training", "6 Samples"
COMPARED_OF_REPORT = "7 Side by side"
FIRST, OWN, EVERY, NONE, BOTH = "first", "own", "all", "–", "network and exact"

if "--report" in sys.argv:  # captions have figures in them, which are read then and only then
    config["told"] = Told(configuration, {name: experiments[name] for name in experiments.names})


def reported(path, caption, category, what, by="network", seed=FIRST, solver=OWN):
    """An output that stands in the report, under labels, by which it is chosen there.

    by: what moves its points, or a function of wildcards that says it; seed: of which runs; solver: how they are followed.
    """

    def labels(wildcards):
        name = getattr(wildcards, "experiment", None)
        own = experiments[name] if name else None
        return {
            "experiment": name or getattr(wildcards, "comparison", EVERY),
            "seed": str(own.seeds[0]) if own and seed == FIRST else seed,
            "moved by": by(wildcards) if callable(by) else by,
            "solver": own.sampling.solver if own and solver == OWN else solver,
            "what": what.format(**dict(wildcards.items())),
        }

    return report(ensure(path, non_empty=True), caption=f"../report/{caption}.rst", category=category, labels=labels)


def movers_of_page(wildcards):
    """What moves the points in explore.html: the exact field too, where both densities are known."""
    own = experiments[wildcards.experiment]
    return BOTH if own.source.known and own.target.known else "network"


def movers_of_animation(wildcards):
    """What moves the points of an animation."""
    return {"density_": movers_of_page(wildcards), "theorem_": "exact"}.get(wildcards.kind, "network")


def category_of_table(wildcards):
    """Where a table stands in the report."""
    name = wildcards.tabled.split("/")[-1]
    if name == "solvers":
        return SOLVERS_OF_REPORT
    return FIGURES if name in ("metrics", "evaluation", "summary") else COMPARED_OF_REPORT


def labels_of_table(wildcards):
    """What a table is called there."""
    scope, _, name = wildcards.tabled.rpartition("/")
    return {
        "experiment": scope if scope and scope != "compare" else EVERY,
        "seed": EVERY,
        "moved by": "network",
        "solver": EVERY if name in ("solvers", "published") or scope == "compare" else OWN,
        "what": f"table: {name}",
    }


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
