# Experiments side by side: results/compare/<name>.{csv,md,html,png,pdf,svg,txt}, over all their seeds


use rule solvers as solvers_of_run with:
    input:
        model="results/{experiment}/seed{seed}/model.pt",
        weaker=weaker_model,
        training="results/{experiment}/seed{seed}/training.json",
        starts=measured_sources,
        held_out=targets("held_out"),
        validation=targets("validation"),
        train=samples("target", "train"),
        asked=asked,
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        classifier=classifier,
        code=sources("solvers", "source", "target", "network", "compared", "asked_of", "weaker"),
    output:
        csv=ensure("results/{experiment}/seed{seed}/solvers.csv", non_empty=True),
    log:
        "logs/solvers/{experiment}/seed{seed}.log",
    benchmark:
        "logs/benchmarks/solvers/{experiment}/seed{seed}.tsv"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    params:
        settings=compared_settings,
        seed=run_seed,
    message:
        "Measuring {wildcards.experiment}, seed {wildcards.seed}, by network evaluations"


rule compare:
    """Set experiments side by side: quality by network evaluations, straightness and training time, over seeds."""
    input:
        solvers=of_compared("solvers.csv"),
        maps=of_compared("map.json"),
        histories=of_compared("training.csv"),
        ends=of_compared_first("ends.npy"),
        parts=page_parts("compare") + page_parts("table"),
        training=lambda wildcards: sorted({path for paths in trainings_of_compared(wildcards) for path in paths}),
        code=sources_of_comparison("compare"),
    output:
        csv=ensure("results/compare/{comparison}.csv", non_empty=True),
        markdown=ensure("results/compare/{comparison}.md", non_empty=True),
        pdf=ensure("results/compare/{comparison}.pdf", non_empty=True),
        svg=ensure("results/compare/{comparison}.svg", non_empty=True),
        caption=ensure("results/compare/{comparison}.txt", non_empty=True),
        page=reported(
            "results/compare/{comparison}.html",
            "compare",
            COMPARED_OF_REPORT,
            what="side by side",
            seed=EVERY,
        ),
        picture=reported(
            "results/compare/{comparison}.png",
            "compare",
            COMPARED_OF_REPORT,
            what="picture",
            seed=EVERY,
        ),
    log:
        "logs/compare/{comparison}.log",
    wildcard_constraints:
        comparison=one_of(configuration.compare),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        runs=compared_runs,
        trainings=trainings_of_compared,
        solvers=solvers_of_compared,
        targets=targets_of_compared,
        differences=differences_of_compared,
    message:
        "Comparing {wildcards.comparison}"
    script:
        "../scripts/compare.py"


rule comparisons:
    """All that the configuration compares."""
    input:
        comparison_targets,
    localrule: True
