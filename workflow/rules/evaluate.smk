# Generated and real samples to results/<experiment>/seed<seed>/metrics.json, and all runs to results/metrics.{csv,md}


rule metrics:
    """Measure one run: the distance to held-out samples, beside what a perfect model would score."""
    input:
        generated="results/{experiment}/seed{seed}/generated.npy",
        held_out="results/{experiment}/target/held_out.npy",
        train=samples("target", "train"),
        training="results/{experiment}/seed{seed}/training.json",
        sampling="results/{experiment}/seed{seed}/sampling.json",
        code=sources("metrics"),
    output:
        metrics=ensure("results/{experiment}/seed{seed}/metrics.json", non_empty=True),
    log:
        "logs/metrics/{experiment}/seed{seed}.log",
    conda:
        "../../environment.yml"
    params:
        settings=section("target", "evaluation"),
    message:
        "Measuring {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/metrics.py"


rule table:
    """One table of the runs of the default experiments."""
    input:
        metrics=metrics_of(config["default_experiments"]),
        code=sources("table"),
    output:
        csv=ensure("results/metrics.csv", non_empty=True),
        markdown=ensure("results/metrics.md", non_empty=True),
    log:
        "logs/table.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Writing {output.csv}"
    script:
        "../scripts/table.py"


use rule table as experiment_table with:
    input:
        metrics=lambda wildcards: metrics_of([wildcards.experiment]),
        code=sources("table"),
    output:
        csv=ensure("results/{experiment}/metrics.csv", non_empty=True),
        markdown=ensure("results/{experiment}/metrics.md", non_empty=True),
    log:
        "logs/table/{experiment}.log",
    message:
        "Writing {output.csv}"
