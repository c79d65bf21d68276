# What the rules share that sample a model, measure its samples and draw them.


# Of sampling, all but the size of the animation; and all but what guides.
UNGUIDED = ("solver", "schedule", "steps", "rtol", "atol", "batch_size")
FOLLOWED = ("solver", "steps", "tolerance", "widening")  # of likelihoods
WAY = (*UNGUIDED, "guidance", "autoguidance")


def weaker_model(wildcards):
    """The model that guides an experiment's samples; none without autoguidance."""
    own = experiments[wildcards.experiment].sampling.autoguidance
    return f"results/{own.model_of}/seed{experiments[own.model_of].seeds[0]}/model.pt" if own else []


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
    settings = section("source", "device", "precision")(wildcards) | target_asked_of(wildcards)
    sampling = {"sampling": sorted_tree(picked(wildcards, "sampling", WAY))}
    return settings | sampling | {"count": experiments[wildcards.experiment].evaluation.count}


def trajectory_settings(wildcards):
    """What the trajectory depends on."""
    settings = section("source", "sampling", "device", "precision")(wildcards)
    experiment = experiments[wildcards.experiment]
    groups = {"groups": experiment.groups} if experiment.restores else {}
    return settings | target_asked_of(wildcards) | groups


def field_settings(wildcards):
    """What the picture of a field depends on, in which nothing is guided."""
    return section("source", "target", "precision")(wildcards) | {"sampling": picked(wildcards, "sampling", UNGUIDED)}


def picture_settings(wildcards):
    """What pictures of samples depend on."""
    shown = picked(wildcards, "sampling", ("schedule",)) | picked(wildcards, "animation", ("axes",))
    if groups := experiments[wildcards.experiment].groups:
        shown["groups"] = groups
    return section("source", "target")(wildcards) | shown


def classes_settings(wildcards):
    """What the picture of classes depends on."""
    experiment = experiments[wildcards.experiment]
    shown = experiment.sampling.classes or experiment.classes
    return picture_settings(wildcards) | {"names": experiment.classes, "shown": shown}


def drawing_settings(wildcards):
    """What the frames depend on."""
    animation = picked(wildcards, "animation", ("size", "stride", "point_colour", "axes"))
    restored = section("condition")(wildcards) if experiments[wildcards.experiment].restores else {}
    return picture_settings(wildcards) | {"animation": animation} | restored


def density_settings(wildcards):
    """What the density that flows depends on."""
    experiment = experiments[wildcards.experiment]
    return section("source", "target", "device")(wildcards) | {
        "sampling": picked(wildcards, "sampling", ("schedule",)),
        "density": some(experiment.animation.density, ("cells", "frames", "points")),
        "likelihood": some(experiment.evaluation.likelihood, FOLLOWED),
    }


def gif_settings(wildcards):
    """What the GIF depends on, beside the frames."""
    return picked(wildcards, "animation", ("colours", "frame_ms", "hold_ms"))


def film_settings(wildcards):
    """What MP4 and WebP depend on, beside the frames."""
    return picked(wildcards, "animation", ("frame_ms", "hold_ms"))
