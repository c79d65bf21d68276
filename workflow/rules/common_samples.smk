# What the rules share that make sample files.
from iadb_core.data.density import Drawn, Read
from workflow.contents import digest_of_file, digest_of_folder


def of_set(wildcards):
    """The experiment and the density that `sample_set`, its `home/side`, stands for."""
    home, side = wildcards.sample_set.split("/")
    experiment = experiments[makers[home, side]]
    return experiment, experiment.density(side)


def drawn_for(wildcards):
    """What the random numbers of a sample set's part are for: not for an experiment's name, which changes nothing."""
    return f"{wildcards.sample_set.split('/')[1]} {wildcards.split}"


def draws(wildcards):
    """How many samples of a density that is drawn the part has, and their seed; of images no more than are measured."""
    experiment, _ = of_set(wildcards)
    settings = experiment.samples
    unseen = settings.held_out_points if experiment.of_points else 2 * experiment.evaluation.count
    return {
        "count": settings.points if wildcards.split == "train" else unseen,
        "seed": settings.seed,
    }


def density_files(wildcards):
    """The files that a sample set is made from, but for those that are missing, of which the script says so better."""
    return there(of_set(wildcards)[1].files())


def missing_files(wildcards):
    """The files of a sample set that are not there."""
    files = of_set(wildcards)[1].files()
    return [name for name in files if name not in there(files)]


def contents(wildcards):
    """Digests of what the files and folders of a sample set hold. As a parameter they are compared whatever the dates."""
    return contents_of(of_set(wildcards)[1])


def contents_of(density):
    """The same of a density."""
    return [*map(digest_of_file, density.files()), *map(digest_of_folder, density.folders())]
