# What the rules share: the completed configuration, and functions that give a rule its share of it.
import gc
import os
import re

from snakemake.exceptions import WorkflowError

import snakemake_logger_plugin_iadb as console
from workflow.experiments import ConfigError, Experiments, canonical, classifier_of, completed, sorted_tree
from workflow.homes import sample_homes, sample_sets
from workflow.lineage import lineage
from workflow.reading import ReadingError, as_written

gc.freeze()  # Snakemake's own modules, which stay: looking through them again takes a tenth of a start

try:
    found = completed(as_written(workflow.configfiles, workflow.config_settings))
except (ConfigError, ReadingError) as error:
    raise WorkflowError(f"The configuration cannot be used.\n{error}")

configuration, sweeps, _ = found
experiments = Experiments(found)
console.experiments, console.comparisons = experiments.names, list(configuration.compare)  # for who asks for others
console.unusable = experiments.unusable  # for who asks for one that is
homes = sample_homes(experiments, sweeps)
makers = {(home, side): name for (name, side), home in reversed(homes.items())}


def one_of(names):
    """A pattern for any of the names, and for nothing if there are none."""
    return "|".join(map(re.escape, dict.fromkeys(names))) or "(?!)"


def section(*names):
    """A params function: what results depend on of these sections of the experiment."""
    return lambda wildcards: sorted_tree(
        {name: canonical(getattr(experiments[wildcards.experiment], name)) for name in names}
    )


def told(wildcards):
    """What the network of an experiment is told beside the blend, as parameters; nothing of one without condition."""
    experiment = experiments[wildcards.experiment]
    classes = {"classes": experiment.classes} if experiment.labelled else {}
    return {"condition": canonical(experiment.condition), **classes} if experiment.condition else {}


def labels(split):
    """An input function: the file of the classes of a part of the target's samples, if the network is told them."""

    def path(wildcards):
        if not experiments[wildcards.experiment].labelled:
            return []
        return f"results/{homes[wildcards.experiment, 'target']}/target/{split}_labels.npy"

    return path


def asked_of(split):
    """An input function: the file of the part of the target's samples that conditions are made of, if they are."""
    return lambda wildcards: targets(split)(wildcards) if experiments[wildcards.experiment].told_of_samples else []


def to_restore(split):
    """An input function: the same of an experiment that restores its images."""
    return lambda wildcards: asked_of(split)(wildcards) if experiments[wildcards.experiment].restores else []


def asked(wildcards):
    """The file of what measured samples are asked to be: classes, or unseen samples that conditions are made of."""
    return labels("train")(wildcards) or asked_of("validation")(wildcards)


def target_asked_of(wildcards):
    """The target of an experiment whose conditions are made of its samples, as parameters; nothing of others."""
    return section("target")(wildcards) if experiments[wildcards.experiment].told_of_samples else {}


def run_seed(wildcards):
    """The seed of a run. As a parameter it is known to Snakemake's cache, which does not see wildcards."""
    return int(wildcards.seed)


def samples(side, split):
    """An input function: the file of a part of a side's samples; none for what is drawn anew."""

    def path(wildcards):
        if experiments[wildcards.experiment].density(side).fresh:
            return []
        return f"results/{homes[wildcards.experiment, side]}/{side}/{split}.npy"

    return path


def targets(split):
    """An input function: the file of unseen samples of an experiment's target, whatever it is."""
    return lambda wildcards: f"results/{homes[wildcards.experiment, 'target']}/target/{split}.npy"


def measured_sources(wildcards):
    """The files of the samples that are measured ones' starts, those that were not trained on first."""
    parts = ("held_out", "validation", "train")
    return [path for split in parts if (path := samples("source", split)(wildcards))]


def there(files):
    """Those of the files that exist. Of what is missing Snakemake would take what was made of it for finished."""
    return [name for name in files if os.path.exists(name)]


def files_behind(side):
    """An input function: the files that a density is drawn from behind the points, and exactly known by."""
    return lambda wildcards: there(experiments[wildcards.experiment].density(side).files_behind())


def some(settings, keys):
    """Some settings of a section."""
    every = canonical(settings)
    return {key: every[key] for key in keys if key in every}


def picked(wildcards, name, keys):
    """Some settings of a section of the experiment."""
    return some(getattr(experiments[wildcards.experiment], name), keys)


wildcard_constraints:
    experiment=one_of(experiments.names),
    seed="0|[1-9][0-9]*",
    scatteritem="[1-9][0-9]*-of-[1-9][0-9]*",
