# Pages that a browser shows without a server: results/<experiment>/explore.html


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
        page=ensure("results/{experiment}/explore.html", non_empty=True),
    log:
        "logs/pages/{experiment}/explore.log",
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
