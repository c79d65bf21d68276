# What the rules share: the completed configuration, and functions that give a rule its share of it.
import gc
import re

from snakemake.exceptions import WorkflowError

from iadb_core.data.density import Drawn, Read
from iadb_core.system.provenance import content_digest
from workflow.experiments import (
    ConfigError,
    canonical,
    classifier_of,
    completed,
    sample_homes,
    sample_sets,
    sorted_tree,
)
from workflow.sources import ROOT, sources as imported_sources

gc.freeze()  # Snakemake's own modules, which stay: looking through them again takes a tenth of a start

try:
    configuration, sweeps = completed(config)
except ConfigError as error:
    raise WorkflowError(f"The configuration cannot be used.\n{error}")

experiments = configuration.experiments
homes = sample_homes(experiments, sweeps)
makers = {(home, side): name for (name, side), home in reversed(homes.items())}


def one_of(names):
    """A pattern for any of the names, and for nothing if there are none."""
    return "|".join(map(re.escape, dict.fromkeys(names))) or "(?!)"


def modules_of(experiment, role):
    """The modules of what an experiment has chosen in a role: `source`, `target`, `network`, `solver` or `solvers`."""
    if role in ("solver", "solvers"):
        names = [experiment.sampling.solver] if role == "solver" else experiment.evaluation.solvers
        return [f"{SOLVERS}.{name}" for name in names]
    return [type(getattr(experiment, role)).__module__]


def sources(script, *roles):
    """The modules of iadb_core that workflow/scripts/<script>.py runs: inputs of its rule.

    roles: in which it runs what the experiment has chosen, of which only that is among them.
    """
    path = ROOT / "workflow" / "scripts" / f"{script}.py"
    if not roles:
        return imported_sources(path)

    def of_experiment(wildcards):
        experiment = experiments[wildcards.experiment]
        return imported_sources(path, [name for role in roles for name in modules_of(experiment, role)])

    return of_experiment


def sources_of_set(script):
    """The same for a rule that makes samples of one density."""
    path = ROOT / "workflow" / "scripts" / f"{script}.py"
    return lambda wildcards: imported_sources(path, [type(of_set(wildcards)[1]).__module__])


def section(*names):
    """A params function: what results depend on of these sections of the experiment."""
    return lambda wildcards: sorted_tree(
        {name: canonical(getattr(experiments[wildcards.experiment], name)) for name in names}
    )


def of_set(wildcards):
    """The experiment and the density that `sample_set`, its `home/side`, stands for."""
    home, side = wildcards.sample_set.split("/")
    experiment = experiments[makers[home, side]]
    return experiment, experiment.density(side)


def drawn_for(wildcards):
    """What the random numbers of a sample set's split are for: not for an experiment's name, which changes nothing."""
    return f"{wildcards.sample_set.split('/')[1]} {wildcards.split}"


def draws(wildcards):
    """How many samples of a density that is drawn the split has, and their seed; of images no more than are measured."""
    experiment, _ = of_set(wildcards)
    settings = experiment.samples
    held_out = settings.held_out_points if experiment.of_points else 2 * experiment.evaluation.count
    return {"count": settings.points if wildcards.split == "train" else held_out, "seed": settings.seed}


def with_braces(name):
    """Whether a file's name has braces, which Snakemake would take for wildcards in an input."""
    return bool({"{", "}"} & set(name))


def density_files(wildcards):
    """The files that a sample set is made from: all but those with braces."""
    return [name for name in of_set(wildcards)[1].files() if not with_braces(name)]


def other_files(wildcards):
    """Digests of the contents of those with braces: as a parameter they are compared all the same."""
    return {name: content_digest(name) for name in of_set(wildcards)[1].files() if with_braces(name)}


def run_seed(wildcards):
    """The seed of a run. As a parameter it is known to Snakemake's cache, which does not see wildcards."""
    return int(wildcards.seed)


def samples(side, split):
    """An input function: the file of a side's samples (split: train or held_out); none for what is drawn anew."""

    def path(wildcards):
        if experiments[wildcards.experiment].density(side).fresh:
            return []
        return f"results/{homes[wildcards.experiment, side]}/{side}/{split}.npy"

    return path


def held_out_targets(wildcards):
    """The file of held-out samples of an experiment's target, whatever it is."""
    return f"results/{homes[wildcards.experiment, 'target']}/target/held_out.npy"


def plane_files(*sides):
    """An input function: the files that densities of the plane are made from, which are drawn behind the points."""

    def files(wildcards):
        densities = [experiments[wildcards.experiment].density(side) for side in sides or ("source", "target")]
        return [path for density in densities if isinstance(density, Drawn) for path in density.files()]

    return files


def picked(wildcards, name, keys):
    """Some settings of a section of the experiment."""
    settings = canonical(getattr(experiments[wildcards.experiment], name))
    return {key: settings[key] for key in keys}


SOLVERS = "iadb_core.method.solvers"
WAY = ("solver", "schedule", "steps", "rtol", "atol", "batch_size")  # of sampling, all but the size of the animation


def shard_count(experiment):
    """In how many jobs an experiment's measured samples are made: each makes whole batches."""
    sampling = experiment.sampling
    batches = -(-experiment.evaluation.count // sampling.batch_size)
    return -(-batches // max(1, sampling.shard_size // sampling.batch_size))


def shards(suffix, seed=run_seed):
    """An input function: the files of all shards of a run's measured samples."""

    def paths(wildcards):
        every = getattr(gather, f"in_{shard_count(experiments[wildcards.experiment])}")
        return every(f"results/{wildcards.experiment}/seed{seed(wildcards)}/generated/{{scatteritem}}.{suffix}")

    return paths


def measurement_group(wildcards):
    """Samples that are made in one job are measured in the same; of several, each is a job of its own."""
    return "measurement" if shard_count(experiments[wildcards.experiment]) == 1 else None


def generation_settings(wildcards):
    """What the measured samples depend on."""
    settings = section("source", "device", "precision")(wildcards)
    sampling = {"sampling": sorted_tree(picked(wildcards, "sampling", WAY))}
    return settings | sampling | {"count": experiments[wildcards.experiment].evaluation.count}


def both_densities(wildcards):
    """Source and target, with the paths of their files."""
    experiment = experiments[wildcards.experiment]
    return {side: canonical(experiment.density(side), places=True) for side in ("source", "target")}


def drawing_settings(wildcards):
    """What the frames depend on."""
    animation = picked(wildcards, "animation", ("size", "stride", "point_colour"))
    return both_densities(wildcards) | picked(wildcards, "sampling", ("schedule",)) | {"animation": animation}


def gif_settings(wildcards):
    """What the GIF depends on, beside the frames."""
    return picked(wildcards, "animation", ("colours", "frame_ms", "hold_ms"))


def mp4_settings(wildcards):
    """What the MP4 depends on, beside the frames."""
    return picked(wildcards, "animation", ("frame_ms", "hold_ms"))


def gpus(wildcards):
    """How many GPUs a cluster is asked for by a job that runs a network: none where `device` says so."""
    return int(experiments[wildcards.experiment].device not in ("cpu", "mps"))


def devices(wildcards):
    """How many devices train an experiment's network."""
    return experiments[wildcards.experiment].training.devices


def nodes(wildcards):
    """How many machines of a cluster they are on; None for one, of which nothing need be said."""
    count = experiments[wildcards.experiment].training.nodes
    return count if count > 1 else None


MOST_IN_MEMORY = 32000  # MB of samples; what is larger is read from its file where there is not more


def training_memory(wildcards, input, attempt):
    """What each machine needs to train an experiment's network, in MB: its processes each read the samples."""
    here = devices(wildcards) // experiments[wildcards.experiment].training.nodes
    return (4000 + min(2 * int(input.size_mb), MOST_IN_MEMORY)) * here * attempt


def gpus_of_training(wildcards):
    """How many GPUs a training on one machine asks for; on several, `gpus_of_each_node` does."""
    return 0 if nodes(wildcards) else devices(wildcards) * gpus(wildcards)


def gpus_of_each_node(wildcards):
    """The GPUs of each machine, where there are several: as --gres, since Slurm might spread a total unequally."""
    if not nodes(wildcards) or not gpus(wildcards):
        return None
    return f"gpu:{devices(wildcards) // nodes(wildcards)}"


def srun(wildcards):
    """For the plugin: a job on several machines starts its own tasks there, one on each; None for others."""
    return nodes(wildcards) and "srun"


def runs_per_gpu(wildcards):
    """How many runs of an experiment may share a GPU, or the cores and memory of one computer."""
    return experiments[wildcards.experiment].runs_per_gpu


def gpu_share(wildcards):
    """What such a job takes of the million that profiles/default lets run at a time on one computer: enough parts for
    as many jobs as may share it and not one more.
    """
    return 1_000_000 // runs_per_gpu(wildcards)


def undisturbed(wildcards):
    """All cores of this computer, so that nothing else runs beside; on a cluster, where others do, the threads."""
    return workflow.cores if workflow.local_exec else experiments[wildcards.experiment].threads


# By their number, since experiments differ in it.
scattergather:
    **{f"in_{count}": count for count in map(shard_count, experiments.values())},


# Each job on a cluster has a computer of its own, as far as this resource goes.
resource_scopes:
    gpu_share="local",


wildcard_constraints:
    experiment=one_of(experiments),
    seed="0|[1-9][0-9]*",
    scatteritem="[1-9][0-9]*-of-[1-9][0-9]*",
