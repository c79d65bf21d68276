# A model to samples: the trajectory that is animated, and the samples that are measured


rule trajectory:
    """Push starts from the source to the target, and keep every step."""
    input:
        model="results/{experiment}/seed{seed}/model.pt",
        weaker=weaker_model,
        source=samples("source", "train"),
        asked_of=asked_of("validation"),
        code=sources("trajectory", "source", "network", "solver", "asked_of", "weaker"),
    output:
        trajectory=ensure("results/{experiment}/seed{seed}/trajectory.npy", non_empty=True),
    log:
        "logs/trajectory/{experiment}/seed{seed}.log",
    benchmark:
        "logs/benchmarks/trajectory/{experiment}/seed{seed}.tsv"
    group:
        "animation"
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: f"{attempt}h",
    params:
        settings=trajectory_settings,
        seed=run_seed,
    message:
        "Sampling the trajectory of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/trajectory.py"


rule generate:
    """Generate a shard of the samples that are compared with held-out ones."""
    input:
        model="results/{experiment}/seed{seed}/model.pt",
        weaker=weaker_model,
        starts=measured_sources,
        asked=asked,
        code=sources("generate", "source", "network", "solver", "asked_of", "weaker"),
    output:
        generated=ensure("results/{experiment}/seed{seed}/generated/{scatteritem}.npy", non_empty=True),
        summary=ensure("results/{experiment}/seed{seed}/generated/{scatteritem}.json", non_empty=True),
    log:
        "logs/generate/{experiment}/seed{seed}/{scatteritem}.log",
    benchmark:
        "logs/benchmarks/generate/{experiment}/seed{seed}/{scatteritem}.tsv"
    group:
        measurement_group
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: f"{attempt}h",
    params:
        settings=generation_settings,
        seed=run_seed,
    message:
        "Generating samples of {wildcards.experiment}, seed {wildcards.seed}, {wildcards.scatteritem}"
    script:
        "../scripts/generate.py"


rule sampling:
    """Join what is known of how the shards of a run were made."""
    input:
        shards=shards("json"),
        code=sources("sampling"),
    output:
        summary=ensure("results/{experiment}/seed{seed}/sampling.json", non_empty=True),
    log:
        "logs/sampling/{experiment}/seed{seed}.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Writing {output.summary}"
    script:
        "../scripts/sampling.py"


rule export:
    """Write the measured samples of a run as a table of points, or as arrays that say what their axes are, for other programs; made when asked for."""
    input:
        generated=shards("npy"),
        code=sources("export", "source", "target"),
    output:
        samples="results/{experiment}/seed{seed}/samples.{suffix}",
    log:
        "logs/export/{experiment}/seed{seed}.{suffix}.log",
    wildcard_constraints:
        suffix="npz|csv",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        settings=section("source", "target"),
    message:
        "Writing {output.samples}"
    script:
        "../scripts/export.py"


rule export_images:
    """Write the measured samples of a run as PNGs, for other programs; made when asked for."""
    input:
        generated=shards("npy"),
        code=sources("export", "source", "target"),
    output:
        samples=directory("results/{experiment}/seed{seed}/samples"),
    log:
        "logs/export_images/{experiment}/seed{seed}.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        settings=section("source", "target"),
    message:
        "Writing {output.samples}"
    script:
        "../scripts/export.py"
