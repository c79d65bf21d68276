# Figures of papers, made again: results/published.{csv,md,png}


use rule solvers_of_run as solvers_of_published with:
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
        code=sources("solvers", "source", "target", "network", "solvers", "asked_of", "weaker"),
    output:
        csv=ensure("results/{experiment}/seed{seed}/published.csv", non_empty=True),
    log:
        "logs/published/{experiment}/seed{seed}.log",
    benchmark:
        "logs/benchmarks/published/{experiment}/seed{seed}.tsv"
    params:
        settings=solver_settings,
        seed=run_seed,
        splits=["held_out"],
    message:
        "Measuring {wildcards.experiment}, seed {wildcards.seed}, as it was published"


rule published_table:
    """Set figures of papers beside ours, and say of each whether it was had again."""
    input:
        solvers=of_published("published.csv", of_solvers=True),
        maps=of_published("map.json", of_solvers=False),
        code=sources("published"),
    output:
        csv=ensure("results/published.csv", non_empty=True),
        markdown=ensure("results/published.md", non_empty=True),
        pdf=ensure("results/published.pdf", non_empty=True),
        svg=ensure("results/published.svg", non_empty=True),
        caption=ensure("results/published.txt", non_empty=True),
        picture=reported(
            "results/published.png",
            "published",
            COMPARED_OF_REPORT,
            what="published figures",
            seed=EVERY,
            solver=EVERY,
        ),
    log:
        "logs/tables/published.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        of_solvers=lambda wildcards: published_runs(of_solvers=True),
        of_maps=lambda wildcards: published_runs(of_solvers=False),
        published=lambda wildcards: sorted_tree(
            {name: paper.written() for name, paper in configuration.published.items()}
        ),
    message:
        "Writing {output.csv}"
    script:
        "../scripts/published.py"


rule published:
    input:
        published_targets,
    localrule: True
