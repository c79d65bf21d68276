# What the rules share that make pairs with a trained model.


reflowed = [name for name, own in experiments.items() if own.training.coupling.model_pairs]


def pairs_of(wildcards):
    """The settings of the pairs that a model makes for an experiment."""
    return experiments[wildcards.experiment].training.coupling.model_pairs


def model_of_pairs(wildcards):
    """The model that makes the pairs of an experiment."""
    return of_same_seed(pairs_of(wildcards).model_of, wildcards)


def starts_of_pairs(wildcards):
    """The training samples that pairs start from; none for what is drawn anew."""
    path = samples("source", "train")(wildcards)
    return [path] if path else []


def pairs_settings(wildcards):
    """What the pairs depend on, before some are left out."""
    own = {key: value for key, value in canonical(pairs_of(wildcards)).items() if key not in ("keep", "real")}
    back = {"keep": 1.0 if pairs_of(wildcards).keep == 1 else 0.5}  # all that matters: whether they are carried back
    return section("source", "device", "precision")(wildcards) | {"pairs": sorted_tree(own | back)}


def pair_shards(own):
    """In how many jobs pairs are made: each makes whole batches."""
    batches = -(-own.count // own.batch_size)
    return -(-batches // max(1, own.shard_size // own.batch_size))


# By their number, since experiments differ in it.
scattergather:
    **{
        f"in_{count}": count
        for count in [
            *map(shard_count, experiments.values()),
            *(pair_shards(experiments[name].training.coupling.model_pairs) for name in reflowed),
        ]
    },


def shards_of_pairs(wildcards):
    """The files of all shards of a run's pairs."""
    every = getattr(gather, f"in_{pair_shards(pairs_of(wildcards))}")
    return every(f"results/{wildcards.experiment}/seed{wildcards.seed}/pairs/{{scatteritem}}.npz")


def trained_on(side):
    """An input function: what a side of a training is: its samples, or one side of the pairs that a model made."""

    def path(wildcards):
        if wildcards.experiment not in reflowed:
            return samples(side, "train")(wildcards)
        name = {"source": "x0", "target": "x1", "labels": "labels"}[side]
        return f"results/{wildcards.experiment}/seed{wildcards.seed}/pairs/{name}.npy"

    return path


def labels_trained_on(wildcards):
    """The classes of what is trained on, if the network is told them."""
    if wildcards.experiment in reflowed and experiments[wildcards.experiment].labelled:
        return trained_on("labels")(wildcards)
    return labels("train")(wildcards)


def real_labels(wildcards):
    """The classes of those that are mixed in, if the network is told them."""
    return labels("train")(wildcards) if real_samples("target")(wildcards) else []


def real_samples(side):
    """An input function: the samples that are mixed into the pairs that a model made, if some are."""
    return lambda wildcards: (
        samples(side, "train")(wildcards) if wildcards.experiment in reflowed and pairs_of(wildcards).real else []
    )


def validated(path):
    """An input function: that file, if the best weights of the experiment are found by validation samples."""
    return lambda wildcards: path(wildcards) if experiments[wildcards.experiment].training.validation else []
