# What the rules of pages share.
from glob import glob

PAGE_NETWORKS = ("mlp", "residual_mlp")


def page_parts(name):
    """The files that a kind of page is put together from: scripts, styles and templates."""
    kinds = ("*.css", "*.j2", "shared/*.*", f"{name}/*.*")
    return project_files(sorted(path for kind in kinds for path in glob(f"iadb_core/pages/{kind}", root_dir=ROOT)))


def not_explorable(experiment):
    """Why there is no page for an experiment's model; None if there is one."""
    if experiment.restores:
        return "explore.html shows samples that need no degraded image; restored.png has those"
    if not experiment.of_points:
        return None
    if experiment.shape != (2,):
        return f"explore.html shows points of the plane, and these have {experiment.shape[0]} coordinates"
    if experiment.told_of_samples:
        return "explore.html shows models that are told no more than a class"
    if experiment.network.name not in PAGE_NETWORKS:
        return f"explore.html runs {' and '.join(PAGE_NETWORKS)}, not {experiment.network.name}"
    return None


def explored(wildcards):
    """The model that a page is about."""
    if why := not_explorable(experiments[wildcards.experiment]):
        raise ConfigError(f"{wildcards.experiment}: {why}")
    return of_first_seed("model.pt")(wildcards)


def gallery_settings(wildcards):
    """What a page of images depends on."""
    settings = section("source", "target", "device", "precision")(wildcards)
    guided = picked(wildcards, "sampling", (*WAY, "classes"))
    return settings | {"sampling": guided, "network": experiments[wildcards.experiment].network.name}


def models_beside(wildcards):
    """The models that a page shows as well, of the first seed of each."""
    names = experiments[wildcards.experiment].animation.explore.beside
    return [f"results/{name}/seed{experiments[name].seeds[0]}/model.pt" for name in names]


def explore_settings(wildcards):
    """What a page depends on: the densities, and with which solver each of its models begins."""
    names = [wildcards.experiment, *experiments[wildcards.experiment].animation.explore.beside]
    begin = {name: some(experiments[name].sampling, ("solver", "steps")) for name in names}
    return section("source", "target")(wildcards) | {"models": names, "sampling": begin}
