# Figures to tables: a row for each figure of each run, and their means over seeds.
# results/metrics.csv: the first runs of the default experiments. results/evaluation.csv: all their runs, and their maps.
# results/<experiment>/{metrics,evaluation}.csv: all runs of one experiment. summary.csv beside each evaluation.csv.


rule table:
    """One table of figures, with all that it takes to repeat each."""
    input:
        training=of_runs("training.json"),
        sampling=of_runs("sampling.json"),
        metrics=of_runs("metrics.json"),
        maps=maps_of_runs,
        likelihoods=likelihoods_of_runs,
        classifiers=classifier_summaries,
        code=sources("table"),
    output:
        csv=ensure("results/{scope}{table}.csv", non_empty=True),
        markdown=ensure("results/{scope}{table}.md", non_empty=True),
    log:
        "logs/tables/{scope}{table}.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        needed=needed_runs,
        settings=protocol,
        classifier=canonical(configuration.classifier),
    message:
        "Writing {output.csv}"
    script:
        "../scripts/table.py"


rule summary:
    """Mean and interval over seeds of every figure, and how few evaluations each solver needs."""
    input:
        table="results/{scope}evaluation.csv",
        solvers=solver_tables,
        code=sources("summary"),
    output:
        csv=ensure("results/{scope}summary.csv", non_empty=True),
        markdown=ensure("results/{scope}summary.md", non_empty=True),
    log:
        "logs/tables/{scope}summary.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Writing {output.csv}"
    script:
        "../scripts/summary.py"


rule sweep:
    """Compare the variants of a sweep: what differs, and the figures over all seeds."""
    input:
        training=of_variants("training.json"),
        metrics=of_variants("metrics.json"),
        code=sources("sweep"),
    output:
        csv=ensure("results/{experiment}/sweep.csv", non_empty=True),
        html=ensure("results/{experiment}/sweep.html", non_empty=True),
        pdf=ensure("results/{experiment}/sweep.pdf", non_empty=True),
        svg=ensure("results/{experiment}/sweep.svg", non_empty=True),
        caption=ensure("results/{experiment}/sweep.txt", non_empty=True),
        png=reported("results/{experiment}/sweep.png", "sweep", COMPARED_OF_REPORT, what="sweep", seed=EVERY),
    log:
        "logs/tables/{experiment}/sweep.log",
    wildcard_constraints:
        experiment=one_of(sweeps),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        runs=variant_runs,
        values=lambda wildcards: sweeps[wildcards.experiment],
    message:
        "Writing {output.csv}"
    script:
        "../scripts/sweep.py"
