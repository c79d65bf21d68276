# Samples to figures: results/<experiment>/seed<seed>/{metrics,map}.json and results/<experiment>/solvers.csv


rule classifier:
    """Train the classifier of a data set, or of a folder with classes, on whose features generated images are measured."""
    input:
        code=sources_of_classifier("classifier"),
    output:
        classifier=ensure("results/classifiers/{dataset}/classifier.pt", non_empty=True),
        summary=ensure("results/classifiers/{dataset}/classifier.json", non_empty=True),
    log:
        "logs/classifiers/{dataset}.log",
    benchmark:
        "logs/benchmarks/classifiers/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(classifiers),
    conda:
        "../../environment.yml"
    threads: 4
    resources:
        data_dir=configuration.data_dir,
        mem_mb=classifier_memory,
        runtime=lambda wildcards, attempt: f"{attempt}h",
    params:
        density=classified,
        contents=lambda wildcards: contents_of(classifiers[wildcards.dataset].target),
        seed=split_seed,
        training=canonical(configuration.classifier),
    message:
        "Training the classifier of {wildcards.dataset}"
    script:
        "../scripts/classifier.py"


rule metrics:
    """Measure the samples of one run: their distances to held-out ones, beside what real samples score."""
    input:
        generated=shards("npy"),
        held_out=targets("held_out"),
        validation=targets("validation"),
        train=samples("target", "train"),
        asked=labels("train"),
        held_out_labels=labels("held_out"),
        target_files=files_behind("target"),
        classifier=classifier,
        code=sources("metrics", "target"),
    output:
        metrics=ensure("results/{experiment}/seed{seed}/metrics.json", non_empty=True),
    log:
        "logs/metrics/{experiment}/seed{seed}.log",
    benchmark:
        "logs/benchmarks/metrics/{experiment}/seed{seed}.tsv"
    group:
        measurement_group
    conda:
        "../../environment.yml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: f"{attempt}h",
    params:
        settings=evaluation_settings(("target",), ("floor_draws", "projections", "cells", "neighbours", "inception")),
        told_of_samples=lambda wildcards: experiments[wildcards.experiment].told_of_samples,
        seed=run_seed,
    message:
        "Measuring {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/metrics.py"


rule maps:
    """Measure the map of one run: its losses and its field beside the exact ones, its paths, its way back."""
    input:
        model="results/{experiment}/seed{seed}/model.pt",
        starts=measured_sources,
        source=samples("source", "held_out"),
        target=targets("held_out"),
        source_train=samples("source", "train"),
        target_train=samples("target", "train"),
        labels=labels("train"),
        held_out_labels=labels("held_out"),
        asked_of=asked_of("validation"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("maps", "source", "target", "network", "solver", "asked_of", "coupling"),
    output:
        map=ensure("results/{experiment}/seed{seed}/map.json", non_empty=True),
        field=ensure("results/{experiment}/seed{seed}/field_error.csv", non_empty=True),
        ends=ensure("results/{experiment}/seed{seed}/ends.npy", non_empty=True),
    log:
        "logs/maps/{experiment}/seed{seed}.log",
    benchmark:
        "logs/benchmarks/maps/{experiment}/seed{seed}.tsv"
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, input, attempt: (8000 + 10 * int(input.size_mb)) * attempt,  # as float32, twice
        runtime=lambda wildcards, attempt: f"{2 * attempt}h",
    params:
        settings=map_settings,
        without=lambda wildcards: not experiments[wildcards.experiment].labelled
        or experiments[wildcards.experiment].drops_labels,
        seed=run_seed,
    message:
        "Measuring the map of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/maps.py"


rule likelihood:
    """Find how likely held-out samples are under the model of one run, beside what is known of their density."""
    input:
        model="results/{experiment}/seed{seed}/model.pt",
        starts=measured_sources,
        held_out=targets("held_out"),
        validation=targets("validation"),
        train=samples("target", "train"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("likelihood", "source", "target", "network", "followed"),
    output:
        likelihood=ensure("results/{experiment}/seed{seed}/likelihood.json", non_empty=True),
    log:
        "logs/likelihood/{experiment}/seed{seed}.log",
    benchmark:
        "logs/benchmarks/likelihood/{experiment}/seed{seed}.tsv"
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, input, attempt: (8000 + 40 * int(input.size_mb)) * attempt,
        runtime=lambda wildcards, attempt: f"{2 * attempt}h",
    params:
        settings=likelihood_settings,
        seed=run_seed,
    message:
        "Finding the likelihood of samples of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/likelihood.py"


rule solvers:
    """Measure every solver at every number of network evaluations, from one checkpoint."""
    input:
        model=of_first_seed("model.pt"),
        weaker=weaker_model,
        training=of_first_seed("training.json"),
        starts=measured_sources,
        held_out=targets("held_out"),
        validation=targets("validation"),
        train=samples("target", "train"),
        asked=asked,
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        classifier=classifier,
        code=sources("solvers", "source", "target", "network", "solvers", "asked_of", "weaker"),
    output:
        csv=ensure("results/{experiment}/solvers.csv", non_empty=True),
    log:
        "logs/solvers/{experiment}.log",
    benchmark:
        "logs/benchmarks/solvers/{experiment}.tsv"
    conda:
        "../../environment.yml"
    threads: undisturbed
    resources:
        torch_threads=lambda wildcards: experiments[wildcards.experiment].threads,
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: f"{2 * attempt}h",
    params:
        settings=solver_settings,
        seed=first_seed,
    message:
        "Measuring the solvers of {wildcards.experiment}"
    script:
        "../scripts/solvers.py"


rule guidance:
    """Measure samples that are pushed towards their classes by several weights, from one checkpoint."""
    input:
        model=of_first_seed("model.pt"),
        weaker=weaker_model,
        training=of_first_seed("training.json"),
        starts=measured_sources,
        held_out=targets("held_out"),
        validation=targets("validation"),
        train=samples("target", "train"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        asked=asked,
        held_out_labels=labels("held_out"),
        classifier=classifier,
        code=sources("guidance", "source", "target", "network", "solver", "asked_of", "weaker"),
    output:
        csv=ensure("results/{experiment}/guidance.csv", non_empty=True),
    log:
        "logs/guidance/{experiment}.log",
    benchmark:
        "logs/benchmarks/guidance/{experiment}.tsv"
    wildcard_constraints:
        experiment=one_of(guided),
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: f"{2 * attempt}h",
    params:
        settings=evaluation_settings(
            ("source", "target", "device", "precision"),
            ("count", "floor_draws", "projections", "cells", "neighbours", "guidance"),
            WAY,
        ),
        seed=first_seed,
    message:
        "Measuring the guidance of {wildcards.experiment}"
    script:
        "../scripts/guidance.py"


rule restored:
    """Restore degraded held-out images in several ways, and measure what each makes of them."""
    input:
        model=of_first_seed("model.pt"),
        weaker=weaker_model,
        training=of_first_seed("training.json"),
        regression=of_first_seed("regression/model.pt"),
        regression_training=of_first_seed("regression/training.json"),
        plugged=of_plugged("model.pt"),
        plugged_training=of_plugged("training.json"),
        starts=samples("source", "train"),
        held_out=targets("held_out"),
        validation=targets("validation"),
        train=samples("target", "train"),
        classifier=classifier,
        code=sources("restored", "source", "network", "solver", "asked_of", "weaker"),
    output:
        csv=ensure("results/{experiment}/restored.csv", non_empty=True),
        shown=ensure("results/{experiment}/restored.npz", non_empty=True),
    log:
        "logs/restored/{experiment}.log",
    benchmark:
        "logs/benchmarks/restored/{experiment}.tsv"
    wildcard_constraints:
        experiment=one_of(restoring),
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=lambda wildcards, attempt: f"{2 * attempt}h",
    params:
        settings=restoration_settings,
        seed=first_seed,
    message:
        "Restoring the images of {wildcards.experiment}"
    script:
        "../scripts/restored.py"


rule partners:
    """Carry held-out images of the source, and measure how near each comes to the target image that belongs to it."""
    input:
        model=of_first_seed("model.pt"),
        weaker=weaker_model,
        training=of_first_seed("training.json"),
        held_out_source=samples("source", "held_out"),
        held_out=targets("held_out"),
        held_out_labels=labels("held_out"),
        validation=targets("validation"),
        train=samples("target", "train"),
        classifier=classifier,
        code=sources("partners", "source", "target", "network", "solver", "weaker"),
    output:
        csv=ensure("results/{experiment}/partners.csv", non_empty=True),
        shown=ensure("results/{experiment}/partners.npz", non_empty=True),
    log:
        "logs/partners/{experiment}.log",
    benchmark:
        "logs/benchmarks/partners/{experiment}.tsv"
    wildcard_constraints:
        experiment=one_of(paired),
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=lambda wildcards, attempt: f"{2 * attempt}h",
    params:
        settings=evaluation_settings(
            ("source", "target", "device", "precision"), ("count", "floor_draws", "projections"), WAY
        ),
        seed=first_seed,
    message:
        "Measuring how near {wildcards.experiment} carries images to their partners"
    script:
        "../scripts/partners.py"
