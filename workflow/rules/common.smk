# What the rules share: the completed configuration, and functions that give a rule its share of it.
import gc
import re
from pathlib import Path

from snakemake.exceptions import WorkflowError

from workflow.experiments import (
    ConfigError,
    classifier_of,
    completed,
    sample_homes,
    sample_sets,
    sample_shape,
    sorted_tree,
)
from iadb_core.data.formats import SUFFIXES
from workflow.sources import ROOT, sources as imported_sources

gc.freeze()  # Snakemake's own modules, which stay: looking through them again takes a tenth of a start

try:
    config, sweeps = completed(config)
except ConfigError as error:
    raise WorkflowError(f"The configuration cannot be used.\n{error}")

experiments, homes = config["experiments"], sample_homes(config["experiments"], sweeps)
makers = {(home, side): name for (name, side), home in reversed(homes.items())}


def one_of(names):
    """A pattern for any of the names, and for nothing if there are none."""
    return "|".join(map(re.escape, dict.fromkeys(names))) or "(?!)"


def sources(script):
    """The modules of iadb_core that workflow/scripts/<script>.py runs: inputs of its rule."""
    return imported_sources(ROOT / "workflow" / "scripts" / f"{script}.py")


def section(*names):
    """A params function: these sections of the experiment, in a fixed order of keys, densities without their paths.

    What lies under a path is an input of the rules that read it; its name changes no result. Nor do the devices of a
    training.
    """
    return lambda wildcards: sorted_tree({name: settled(experiments[wildcards.experiment][name]) for name in names})


OF_NO_RESULT = ("devices", "nodes", "shard_size")


def settled(settings):
    """A section without what changes no result: the path of a density's picture or folder, devices, shards."""
    if not isinstance(settings, dict):
        return settings
    return {
        key: {name: value for name, value in own.items() if name != "path"} if isinstance(own, dict) else own
        for key, own in settings.items()
        if key not in OF_NO_RESULT
    }


def of_set(wildcards):
    """The experiment and the density that `sample_set`, its `home/side`, stands for."""
    home, side = wildcards.sample_set.split("/")
    experiment = experiments[makers[home, side]]
    return experiment, experiment[side]


def drawn_for(wildcards):
    """What the random numbers of a sample set's split are for: not for an experiment's name, which changes nothing."""
    side = wildcards.sample_set.split("/")[1]
    return f"{side} {wildcards.get('split', 'held_out')}"


def run_seed(wildcards):
    """The seed of a run. As a parameter it is known to Snakemake's cache, which does not see wildcards."""
    return int(wildcards.seed)


def density(kind):
    """A params function: the settings of a sample set's density, which is of this kind."""
    return lambda wildcards: sorted_tree(of_set(wildcards)[1][kind])


def stored_images(kind):
    """A params function: what of an image density's settings changes the stored images; scaling comes later."""

    def settings(wildcards):
        images = of_set(wildcards)[1][kind]
        late = {"scaling"} if images.get("name") in (None, "digits") else {"scaling", "size", "margin"}
        return sorted_tree({key: value for key, value in images.items() if key not in late})

    return settings


def points_of_split(wildcards):
    """How many points of a picture the split has, and their seed."""
    samples = of_set(wildcards)[0]["samples"]
    count = samples["points"] if wildcards.split == "train" else samples["held_out_points"]
    return {"count": count, "seed": samples["seed"]}


def held_out_draws(wildcards):
    """How many held-out samples of a Gaussian are drawn, and their seed; of images no more than are measured."""
    experiment, _ = of_set(wildcards)
    images = len(sample_shape(experiment)) > 1
    count = 2 * experiment["evaluation"]["count"] if images else experiment["samples"]["held_out_points"]
    return {"count": count, "seed": experiment["samples"]["seed"]}


def images_under(wildcards):
    """The images of a folder, as inputs: all but those with braces, which Snakemake would take for wildcards."""
    folder = Path(of_set(wildcards)[1]["folder"]["path"])
    names = sorted(str(path) for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return [name for name in names if not {"{", "}"} & set(name)]


def samples(side, split):
    """An input function: the file of a side's samples (split: train or held_out); none for a Gaussian."""

    def path(wildcards):
        if "gaussian" in experiments[wildcards.experiment][side]:
            return []
        return f"results/{homes[wildcards.experiment, side]}/{side}/{split}.npy"

    return path


def held_out_targets(wildcards):
    """The file of held-out samples of an experiment's target, which a Gaussian has too."""
    return f"results/{homes[wildcards.experiment, 'target']}/target/held_out.npy"


def pictures(wildcards):
    """The pictures of an experiment's densities, those that are pictures."""
    sides = (experiments[wildcards.experiment][side] for side in ("source", "target"))
    return [side["picture"]["path"] for side in sides if "picture" in side]


def frame_count(experiment):
    """How many frames its animation has: every stride-th state of the trajectory, and the last."""
    steps, stride = experiment["sampling"]["steps"], experiment["animation"]["stride"]
    return len(range(0, steps, stride)) + 1


def frames(experiment, seed, count):
    """The frames of a run, in order."""
    return [f"results/{experiment}/seed{seed}/frames/{i:04d}.png" for i in range(count)]


def first_run_frames(wildcards):
    """The frames of the first seed's run, which the animation shows."""
    experiment = experiments[wildcards.experiment]
    return frames(wildcards.experiment, experiment["seeds"][0], frame_count(experiment))


def picked(wildcards, name, keys):
    """Some settings of a section of the experiment."""
    settings = experiments[wildcards.experiment][name]
    return {key: settings[key] for key in keys}


WAY = ("solver", "schedule", "steps", "rtol", "atol", "batch_size")  # of sampling, all but the size of the animation


def shard_count(experiment):
    """In how many jobs an experiment's measured samples are made: each makes whole batches."""
    count, sampling = experiment["evaluation"]["count"], experiment["sampling"]
    batches = -(-count // sampling["batch_size"])
    return -(-batches // max(1, sampling["shard_size"] // sampling["batch_size"]))


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
    return settings | sampling | {"count": experiments[wildcards.experiment]["evaluation"]["count"]}


def drawing_settings(wildcards):
    """What the frames depend on."""
    densities = {side: experiments[wildcards.experiment][side] for side in ("source", "target")}
    schedule = picked(wildcards, "sampling", ("schedule",))
    return sorted_tree(densities | schedule | picked(wildcards, "animation", ("size", "stride", "point_colour")))


def gif_settings(wildcards):
    """What the GIF depends on, beside the frames."""
    return picked(wildcards, "animation", ("colours", "frame_ms", "hold_ms"))


def mp4_settings(wildcards):
    """What the MP4 depends on, beside the frames."""
    return picked(wildcards, "animation", ("frame_ms", "hold_ms"))


def gpus(wildcards):
    """How many GPUs a cluster is asked for by a job that runs a network: none where `device` says so."""
    return int(experiments[wildcards.experiment]["device"] not in ("cpu", "mps"))


def devices(wildcards):
    """How many devices train an experiment's network."""
    return experiments[wildcards.experiment]["training"]["devices"]


def nodes(wildcards):
    """How many machines of a cluster they are on; None for one, of which nothing need be said."""
    count = experiments[wildcards.experiment]["training"]["nodes"]
    return count if count > 1 else None


MOST_IN_MEMORY = 32000  # MB of samples; what is larger is read from its file where there is not more


def training_memory(wildcards, input, attempt):
    """What each machine needs to train an experiment's network, in MB: its processes each read the samples."""
    here = devices(wildcards) // experiments[wildcards.experiment]["training"]["nodes"]
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
    return experiments[wildcards.experiment]["runs_per_gpu"]


def gpu_share(wildcards):
    """What such a job takes of the 100 that profiles/default lets run at a time on one computer."""
    return -(-100 // runs_per_gpu(wildcards))


def undisturbed(wildcards):
    """All cores of this computer, so that nothing else runs beside; on a cluster, where others do, the threads."""
    return workflow.cores if workflow.local_exec else experiments[wildcards.experiment]["threads"]


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
