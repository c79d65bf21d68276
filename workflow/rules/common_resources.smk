# What jobs ask for: GPUs, memory, machines, and their share of one computer.


def gpus(wildcards):
    """How many GPUs a cluster is asked for by a job that runs a network: none where `device` says so."""
    return int(experiments[wildcards.experiment].device not in ("cpu", "mps"))


def devices(wildcards):
    """How many devices train an experiment's network."""
    return experiments[wildcards.experiment].training.devices


def training_settings(wildcards):
    """All settings that a trained network depends on."""
    sections = section("source", "target", "network", "training", "device", "precision")
    return sorted_tree(sections(wildcards) | told(wildcards))


def model_to_begin_from(wildcards):
    """The model that a training begins from; none for one that begins from random weights."""
    for name, seed in lineage(experiments, wildcards.experiment, int(wildcards.seed))[1:]:
        return f"results/{name}/seed{seed}/model.pt"
    return []


def of_same_seed(name, wildcards):
    """The model of another experiment, of the same seed, or of its first."""
    seeds = experiments[name].seeds
    return f"results/{name}/seed{int(wildcards.seed) if int(wildcards.seed) in seeds else seeds[0]}/model.pt"


def teacher_model(wildcards):
    """The model that is distilled, of the same seed or of its experiment's first; none if none is."""
    flow_map = experiments[wildcards.experiment].training.objective.flow_map
    if not flow_map or not flow_map.teacher:
        return []
    return of_same_seed(flow_map.teacher, wildcards)


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


ONE_GPU, MOST_GPUS = 1_000_000, 1000  # of what a job asks for, Snakemake takes what there is


def gpu_share(wildcards):
    """What such a job takes of the million for each GPU that profiles/default lets run at a time on one computer:
    enough parts for as many jobs as may share it and not one more.
    """
    return ONE_GPU // runs_per_gpu(wildcards)


def gpu_share_of_training(wildcards):
    """The same; all of it for a training on several devices, which takes them by their numbers."""
    return gpu_share(wildcards) if devices(wildcards) == 1 else MOST_GPUS * ONE_GPU


def undisturbed(wildcards):
    """All cores of this computer, so that nothing else runs beside; on a cluster, where others do, the threads."""
    return workflow.cores if workflow.local_exec else experiments[wildcards.experiment].threads


# Each job on a cluster has a computer of its own, as far as this resource goes.
resource_scopes:
    gpu_share="local",
