# What the rules of the evaluation share: their settings, and which runs a table has.
from math import prod

from workflow.borrowing import needed

classifiers = {
    classifier_of(experiment): experiment for experiment in experiments.values() if classifier_of(experiment)
}

MEASURED = (
    "source",
    "target",
    "samples",
    "network",
    "condition",
    "training",
    "sampling",
    "evaluation",
    "device",
    "precision",
)


def classifier(wildcards):
    """The classifier that measures an experiment's images; none for points and unlabelled images."""
    name = classifier_of(experiments[wildcards.experiment])
    return f"results/classifiers/{name}/classifier.pt" if name else []


def split_seed(wildcards):
    """The seed by which the held-out digits of a classifier were chosen; other data sets have test images."""
    experiment = classifiers[wildcards.dataset]
    return experiment.target.split_seed(experiment.samples.seed)


def classified(wildcards):
    """What a classifier is of, as its script takes it."""
    target = classifiers[wildcards.dataset].target
    return canonical(target.model_copy(update={"scaling": []}), places=True)


MOST_IMAGES = 70_000  # of a data set with a name


def classifier_memory(wildcards, attempt):
    """What training a classifier takes, in MB: all images as bytes, twice while they are resized."""
    values = MOST_IMAGES * prod(classifiers[wildcards.dataset].shape)
    return (2000 + round(2 * values / 1e6, -2)) * attempt


def evaluation_settings(sections, evaluation, sampling=()):
    """A params function: sections of the experiment, and some keys of its evaluation and of its sampling."""

    def settings(wildcards):
        parts = {"evaluation": sorted(evaluation), "sampling": sorted(sampling)}
        picks = {name: picked(wildcards, name, keys) for name, keys in parts.items() if keys}
        return section(*sections)(wildcards) | picks

    return settings


def map_settings(wildcards):
    """What the figures of a map depend on; nothing is guided."""
    sections, studied = ("source", "target", "device", "precision"), ("exact_count", "loss_blends", "field_alphas")
    settings = evaluation_settings(sections, studied, UNGUIDED)(wildcards)
    transport = experiments[wildcards.experiment].training.coupling.optimal_transport
    keys = ("coupling", "batch_size") if transport else ("coupling",)
    return settings | {"training": picked(wildcards, "training", keys)}


of_the_plane = [name for name, own in experiments.items() if own.shape == (2,) and own.has_likelihood]
guided = [name for name, own in experiments.items() if own.drops_labels or own.sampling.autoguidance]
restoring = [name for name in experiments if experiments[name].restores]
paired = [name for name in experiments if experiments[name].paired]


def plugged(experiment):
    """The experiment whose model restores without having been trained to, if one is named."""
    own = experiment.evaluation.restoration.plug_and_play
    return own and own.model_of


def of_plugged(file):
    """An input function: a file of that experiment's first run."""

    def path(wildcards):
        name = plugged(experiments[wildcards.experiment])
        return f"results/{name}/seed{experiments[name].seeds[0]}/{file}" if name else []

    return path


def restoration_settings(wildcards):
    """What the figures of restored images depend on."""
    sections = ("source", "target", "device", "precision")
    settings = evaluation_settings(sections, ("floor_draws", "projections", "restoration"), WAY)(wildcards)
    name = plugged(experiments[wildcards.experiment])
    return settings | ({"plugged": canonical(experiments[name].source)} if name else {})


def first_seed(wildcards):
    """The seed of the run that stands for its experiment in pictures and in the table of solvers."""
    return experiments[wildcards.experiment].seeds[0]


def of_first_seed(name):
    """An input function: a file of an experiment's first run."""
    return lambda wildcards: f"results/{wildcards.experiment}/seed{first_seed(wildcards)}/{name}"


def of_every_seed(name):
    """An input function: a file of each of an experiment's runs."""
    return lambda wildcards: [
        f"results/{wildcards.experiment}/seed{seed}/{name}" for seed in experiments[wildcards.experiment].seeds
    ]


def evaluation_pictures(name):
    """The pictures that an experiment's evaluation has."""
    of_kind = ["map"] if experiments[name].of_points else []
    if experiments[name].shape == (2,) and not experiments[name].told_of_samples:
        of_kind.append("field")
    if experiments[name].target.of_images():
        of_kind.append("neighbours")
    if name in guided:
        of_kind.append("guidance")
    if experiments[name].labelled:
        of_kind.append("classes")
    if experiments[name].restores:
        of_kind.append("restored")
    if experiments[name].paired:
        of_kind.append("partners")
    return [f"results/{name}/{picture}.png" for picture in ("loss", "solvers", "contact_sheet", *of_kind)]


def evaluation_targets(wildcards):
    """What `snakemake evaluate` makes: every seed of the default experiments, and all that is measured of them."""
    tables = [f"results/{table}.{suffix}" for table in ("evaluation", "summary") for suffix in ("csv", "md")]
    return [
        *tables,
        *[path for name in configuration.default_experiments for path in evaluation_pictures(name)],
    ]


def default_targets(wildcards):
    """What `snakemake` makes when it is given no target: a newcomer's share, with one seed."""
    names = configuration.default_experiments
    films = [f"results/{name}.mp4" for name in names if experiments[name].animation.mp4]
    solvers = [
        f"results/{name}/solvers.{suffix}" for name in names if experiments[name].of_points for suffix in ("csv", "png")
    ]
    return [
        *[f"results/{name}.gif" for name in names],
        *films,
        *solvers,
        "results/metrics.csv",
        "results/metrics.md",
    ]


def names_of(scope):
    """The experiments of a table: the one that its path begins with, or the default ones."""
    return [scope[:-1]] if scope else configuration.default_experiments


def runs(wildcards):
    """The runs of a table, as [experiment, seed]: the first of each default experiment in results/metrics, else all."""
    first_only = (wildcards.scope, wildcards.table) == ("", "metrics")
    names = names_of(wildcards.scope)
    return [[name, seed] for name in names for seed in experiments[name].seeds[: 1 if first_only else None]]


def of_runs(name):
    """An input function: a file of each run of a table."""
    return lambda wildcards: [f"results/{experiment}/seed{seed}/{name}" for experiment, seed in runs(wildcards)]


def variant_runs(wildcards):
    """The runs of a sweep, as [experiment, seed]."""
    return [[name, seed] for name in sweeps[wildcards.experiment] for seed in experiments[name].seeds]


def of_variants(name):
    """An input function: a file of each run of a sweep."""
    return lambda wildcards: [f"results/{variant}/seed{seed}/{name}" for variant, seed in variant_runs(wildcards)]


def likelihood_settings(wildcards):
    """What the likelihood of an experiment's samples depends on."""
    settings = section("source", "target", "device")(wildcards)
    experiment = experiments[wildcards.experiment]
    measured = ("points", "exact") if experiment.of_points else ("images", "probes")
    return settings | {"likelihood": some(experiment.evaluation.likelihood, (*FOLLOWED, *measured))}


def theorem_settings(wildcards):
    """What paths by chance depend on."""
    followed = ("starts", "repeats", "steps", "shown", "shown_steps")
    own = some(experiments[wildcards.experiment].evaluation.theorem, followed)
    return section("source", "target")(wildcards) | {"theorem": own}


def likelihoods_of_runs(wildcards):
    """The likelihoods of a table's runs that have one; only the table `evaluation` has them."""
    if wildcards.table != "evaluation":
        return []
    return [
        f"results/{name}/seed{seed}/likelihood.json"
        for name, seed in runs(wildcards)
        if experiments[name].has_likelihood
    ]


def maps_of_runs(wildcards):
    """What was measured of the maps of a table's runs; only the table `evaluation` has it."""
    return of_runs("map.json")(wildcards) if wildcards.table == "evaluation" else []


solver_settings = evaluation_settings(
    ("source", "target", "device", "precision"),
    ("count", "exact_count", "floor_draws", "projections", "solvers", "nfe", "tolerances"),
    ("schedule", "batch_size", "guidance", "autoguidance"),
)


def of_known(paths):
    """An input function: the same files, of an experiment whose pairs can be drawn by chance."""

    def found(wildcards):
        if not experiments[wildcards.experiment].has_pairs_by_chance:
            raise ConfigError(
                f"{wildcards.experiment}: (de)blending by chance needs all pairs that blend into a point. A network tells "
                "but their mean difference; pictures, Gaussian mixtures, or a Gaussian and stored samples have them."
            )
        return paths(wildcards)

    return found


def classifier_summaries(wildcards):
    """What is known of the classifiers that measured a table's experiments."""
    used = {classifier_of(experiments[name]) for name in names_of(wildcards.scope)} - {None}
    return [f"results/classifiers/{name}/classifier.json" for name in sorted(used)]


def protocol(wildcards):
    """All settings that the figures of a table depend on, with the paths of pictures and folders."""
    names = {name for runs_needed in needed_runs(wildcards) for name, _ in runs_needed}
    return sorted_tree({name: measured_settings(experiments[name]) for name in names})


def measured_settings(experiment):
    """All settings of an experiment that its figures depend on, with the paths of pictures and folders."""
    given = [key for key in MEASURED if getattr(experiment, key) is not None]
    return {key: canonical(getattr(experiment, key), places=True) for key in given}


def needed_runs(wildcards):
    """For each run of a table, itself and the runs whose models it needs."""
    return [[list(run) for run in needed(experiments, name, seed)] for name, seed in runs(wildcards)]


def solver_tables(wildcards):
    """The tables of solvers of a summary's experiments."""
    return [f"results/{name}/solvers.csv" for name in names_of(wildcards.scope)]


wildcard_constraints:
    scope=f"(({one_of(experiments.names)})/)?",
    table="metrics|evaluation",
