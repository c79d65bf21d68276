# What the rules share that set experiments side by side, or beside figures of papers.
from workflow.borrowing import LEARNT
from workflow.differences import differences


def own_solver(experiment):
    """The solver by which an experiment is compared with others: jumps of a flow map, else Euler's steps."""
    return "map" if experiment.training.objective.flow_map else "euler"


def compared_settings(wildcards):
    """What an experiment's figures by network evaluations depend on."""
    sections = ("source", "target", "device", "precision")
    measured = ("count", "exact_count", "floor_draws", "projections", "nfe", "tolerances")
    settings = evaluation_settings(sections, measured, ("schedule", "batch_size", "guidance", "autoguidance"))(
        wildcards
    )
    return settings | {"evaluation": sorted_tree(settings["evaluation"] | {"solvers": ["euler"]})}


def compared_runs(wildcards):
    """The runs of a comparison, as [experiment, seed]."""
    names = configuration.compare[wildcards.comparison]
    return [[name, seed] for name in names for seed in experiments[name].seeds]


def solvers_of_compared(wildcards):
    """The solver of each experiment of a comparison."""
    return {name: own_solver(experiments[name]) for name in configuration.compare[wildcards.comparison]}


def trainings_of_compared(wildcards):
    """For each run of a comparison the summaries of its training and of those before, whose models it learns from, and
    of the pairs that were made for them.
    """
    found = []
    for name, seed in compared_runs(wildcards):
        runs = needed(experiments, name, seed, LEARNT)
        paired = [(one, of) for one, of in runs if experiments[one].training.coupling.model_pairs]
        found.append([f"results/{one}/seed{of}/training.json" for one, of in runs])
        found[-1] += [f"results/{one}/seed{of}/pairs/pairs.json" for one, of in paired]
    return found


def of_compared(name):
    """An input function: a file of each run of a comparison."""
    return lambda wildcards: [
        f"results/{experiment}/seed{seed}/{name}" for experiment, seed in compared_runs(wildcards)
    ]


def of_compared_first(name):
    """An input function: a file of the first run of each experiment of a comparison."""
    return lambda wildcards: [
        f"results/{experiment}/seed{experiments[experiment].seeds[0]}/{name}"
        for experiment in configuration.compare[wildcards.comparison]
    ]


def targets_of_compared(wildcards):
    """The target of each experiment of a comparison, by which its samples are shown."""
    names = configuration.compare[wildcards.comparison]
    return {name: sorted_tree(experiments[name].target.described()) for name in names}


def differences_of_compared(wildcards):
    """What differs between the configurations of a comparison."""
    names = configuration.compare[wildcards.comparison]
    return differences({name: measured_settings(experiments[name]) for name in names})


def comparison_targets(wildcards):
    """What `snakemake comparisons` makes."""
    if not configuration.compare:
        raise ConfigError(
            "The configuration compares nothing. A comparison of straighter flows is in a file of its own:\n"
            "snakemake --cores 4 --configfile config/straighter.yaml -- comparisons"
        )
    return [f"results/compare/{name}.{suffix}" for name in configuration.compare for suffix in ("csv", "html", "png")]


def published_runs(of_solvers):
    """The runs that papers' figures are set beside, as [experiment, seed]: of figures of solvers, or of paths."""
    figures = [own for paper in configuration.published.values() for own in paper.figures]
    names = dict.fromkeys(own.experiment for own in figures if (own.solver is not None) == of_solvers)
    return [[name, seed] for name in names for seed in experiments[name].seeds]


def of_published(name, of_solvers):
    """An input function: a file of each of these runs."""
    return lambda wildcards: [
        f"results/{experiment}/seed{seed}/{name}" for experiment, seed in published_runs(of_solvers)
    ]


def published_targets(wildcards):
    """What `snakemake published` makes."""
    if not configuration.published:
        raise ConfigError(
            "The configuration has no published figures. Those of two papers are in a file of their own:\n"
            "snakemake --cores 4 --configfile config/published.yaml -- published"
        )
    return [f"results/published.{suffix}" for suffix in ("csv", "md", "png")]
