# The paper's theorem, of the exact field alone: results/<experiment>/theorem.{csv,png} and results/<experiment>_theorem.gif


rule theorem:
    """Show that with more steps (de)blending by chance comes to the deterministic map."""
    input:
        source_train=of_known(samples("source", "train")),
        target_train=of_known(samples("target", "train")),
        starts=of_known(measured_sources),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("theorem", "source", "target", "theorem"),
    output:
        csv=ensure("results/{experiment}/theorem.csv", non_empty=True),
        paths=ensure("results/{experiment}/theorem_paths.npz", non_empty=True),
    log:
        "logs/theorem/{experiment}.log",
    benchmark:
        "logs/benchmarks/theorem/{experiment}.tsv"
    conda:
        "../../environment.yml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, input, attempt: (6000 + 10 * int(input.size_mb)) * attempt,
        runtime=lambda wildcards, attempt: f"{2 * attempt}h",
    params:
        settings=theorem_settings,
        shape=lambda wildcards: experiments[wildcards.experiment].shape,
        seed=first_seed,
    message:
        "Following {wildcards.experiment} by chance and by its exact field"
    script:
        "../scripts/theorem.py"


rule theorem_plot:
    """Draw how fast both algorithms come to the map."""
    input:
        csv="results/{experiment}/theorem.csv",
        code=sources("theorem_plot"),
    output:
        picture=reported(
            "results/{experiment}/theorem.png", "theorem", MAPS_OF_REPORT, what="by chance", by="exact", solver=EVERY
        ),
    log:
        "logs/pictures/{experiment}/theorem.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Drawing {output.picture}"
    script:
        "../scripts/theorem_plot.py"


use rule theorem_plot as theorem_plot_for_paper with:
    output:
        pdf=ensure("results/{experiment}/theorem.pdf", non_empty=True),
        svg=ensure("results/{experiment}/theorem.svg", non_empty=True),
        caption=ensure("results/{experiment}/theorem.txt", non_empty=True),
    log:
        "logs/pictures/{experiment}/theorem_for_paper.log",
    message:
        "Drawing {output.pdf} and .svg"


rule theorem_frames:
    """Draw both algorithms side by side, from few steps to many."""
    input:
        paths="results/{experiment}/theorem_paths.npz",
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("theorem_frames", "source", "target"),
    output:
        frames=ensure("results/{experiment}/theorem_frames.zip", non_empty=True),
    log:
        "logs/theorem_frames/{experiment}.log",
    conda:
        "../../environment.yml"
    threads: 4
    params:
        settings=section("source", "target"),
        size=lambda wildcards: 2 * experiments[wildcards.experiment].animation.size,
        frames=lambda wildcards: experiments[wildcards.experiment].evaluation.theorem.frames,
    message:
        "Drawing the frames of both algorithms, {wildcards.experiment}"
    script:
        "../scripts/theorem_frames.py"


use rule gif as theorem_gif with:
    input:
        frames="results/{experiment}/theorem_frames.zip",
        code=sources("gif"),
    output:
        gif=ensure("results/{experiment}_theorem.gif", non_empty=True),
    log:
        "logs/gif/{experiment}_theorem.log",
    group:
        None
    message:
        "Writing {output.gif}"
