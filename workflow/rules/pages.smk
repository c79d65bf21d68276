# Pages that a browser shows without a server: results/<experiment>/{explore,animation}.html, results/….table.html


rule explore:
    """Put a model of points into a page in which it runs."""
    input:
        model=explored,
        beside=models_beside,
        starts=measured_sources,
        held_out=targets("held_out"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        parts=page_parts("explore"),
        code=sources("explore", "source", "target", "network", "beside", "explored"),
    output:
        page=reported(
            "results/{experiment}/explore.html", "explore", WATCH, what="the model", by=movers_of_page, solver=EVERY
        ),
    log:
        "logs/pages/{experiment}/explore.log",
    wildcard_constraints:
        experiment=one_of(name for name in experiments if experiments[name].of_points),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        settings=explore_settings,
        seed=first_seed,
    message:
        "Writing {output.page}"
    script:
        "../scripts/explore.py"


rule gallery:
    """Put samples of images on a page, on their way by several solvers, beside training images."""
    input:
        model=explored,
        weaker=weaker_model,
        starts=measured_sources,
        held_out=targets("held_out"),
        train=samples("target", "train"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        parts=page_parts("gallery"),
        code=sources("gallery", "source", "target", "network", "explored", "weaker"),
    output:
        page=reported("results/{experiment}/explore.html", "gallery", WATCH, what="samples", solver=EVERY),
    log:
        "logs/pages/{experiment}/explore.log",
    benchmark:
        "logs/benchmarks/pages/{experiment}/explore.tsv"
    wildcard_constraints:
        experiment=one_of(name for name in experiments if not experiments[name].of_points),
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 6000 * attempt,
        runtime=lambda wildcards, attempt: f"{attempt}h",
    params:
        settings=gallery_settings,
        seed=first_seed,
        shape=lambda wildcards: experiments[wildcards.experiment].shape,
    message:
        "Writing {output.page}"
    script:
        "../scripts/gallery.py"


rule animation_page:
    """Put a GIF into a page, in which it plays."""
    input:
        gif=gif_of,
        parts=page_parts("animation"),
        code=sources("animation_page"),
    output:
        page=reported(
            "results/{experiment}/{kind}animation.html",
            "animation",
            WATCH,
            what="{kind}animation",
            by=movers_of_animation,
        ),
    log:
        "logs/pages/{experiment}/{kind}animation.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Writing {output.page}"
    script:
        "../scripts/animation_page.py"


rule table_page:
    """Put a table into a page, in which it is sorted and filtered."""
    input:
        csv="results/{tabled}.csv",
        parts=page_parts("table"),
        code=sources("table_page"),
    output:
        page=report(
            ensure("results/{tabled}.table.html", non_empty=True),
            caption="../report/table.rst",
            category=category_of_table,
            labels=labels_of_table,
        ),
    log:
        "logs/pages/{tabled}.table.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Writing {output.page}"
    script:
        "../scripts/table_page.py"


rule pages:
    """What stands in the report, of the default experiments and of what else has been made: make report."""
    input:
        page_targets,
    localrule: True
