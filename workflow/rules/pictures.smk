# Tables and runs to pictures that say what to see: results/<experiment>/*.png, of the first seed


rule loss_plot:
    """Draw the loss of every seed of an experiment beside its floor."""
    input:
        histories=of_every_seed("training.csv"),
        maps=of_every_seed("map.json"),
        code=sources("loss_plot"),
    output:
        plot=reported("results/{experiment}/loss.png", "loss", TRAINING_OF_REPORT, what="loss", seed=EVERY, solver=NONE),
    log:
        "logs/pictures/{experiment}/loss.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        seeds=lambda wildcards: experiments[wildcards.experiment].seeds,
        alpha=lambda wildcards: experiments[wildcards.experiment].training.alpha,
        comparable=lambda wildcards: experiments[wildcards.experiment].loss_has_floor,
    message:
        "Drawing {output.plot}"
    script:
        "../scripts/loss_plot.py"


rule solver_plot:
    """Draw a table of solvers: quality against evaluations and against time."""
    input:
        table="results/{experiment}/solvers.csv",
        code=sources("solver_plot"),
    output:
        plot=reported("results/{experiment}/solvers.png", "solvers", SOLVERS_OF_REPORT, what="picture", solver=EVERY),
    log:
        "logs/pictures/{experiment}/solvers.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Drawing {output.plot}"
    script:
        "../scripts/solver_plot.py"


rule contact_sheet:
    """Draw a trajectory at α = 0, ⅛, … 1 side by side."""
    input:
        trajectory=of_first_seed("trajectory.npy"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("contact_sheet", "source", "target"),
    output:
        sheet=reported(
            "results/{experiment}/contact_sheet.png",
            "contact_sheet",
            WATCH,
            what="contact sheet",
        ),
    log:
        "logs/pictures/{experiment}/contact_sheet.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        settings=picture_settings,
        seed=first_seed,
    message:
        "Drawing {output.sheet}"
    script:
        "../scripts/contact_sheet.py"


rule map_picture:
    """Draw where the same starts end: by the network, and by the exact field."""
    input:
        ends=of_first_seed("ends.npy"),
        map=of_first_seed("map.json"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("map_picture", "source", "target"),
    output:
        picture=reported("results/{experiment}/map.png", "map", MAPS_OF_REPORT, what="map", by=BOTH),
    log:
        "logs/pictures/{experiment}/map.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        settings=picture_settings,
        seed=first_seed,
    message:
        "Drawing {output.picture}"
    script:
        "../scripts/map_picture.py"


rule field_picture:
    """Draw the field of points as arrows at a few α: the network's, and the exact one."""
    input:
        model=of_first_seed("model.pt"),
        trajectory=of_first_seed("trajectory.npy"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("field_picture", "source", "target", "network", "solver"),
    output:
        picture=reported("results/{experiment}/field.png", "field", MAPS_OF_REPORT, what="field", by=BOTH, solver=NONE),
    log:
        "logs/pictures/{experiment}/field.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        settings=field_settings,
        seed=first_seed,
    message:
        "Drawing {output.picture}"
    script:
        "../scripts/field_picture.py"


rule neighbours:
    """Show generated and held-out images, each beside the training image that is nearest to it."""
    input:
        generated=shards("npy", first_seed),
        held_out=targets("held_out"),
        train=samples("target", "train"),
        code=sources("neighbours", "target"),
    output:
        picture=reported(
            "results/{experiment}/neighbours.png",
            "neighbours",
            SAMPLES_OF_REPORT,
            what="nearest training images",
        ),
    log:
        "logs/pictures/{experiment}/neighbours.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: f"{attempt}h",
    params:
        settings=section("target"),
        seed=first_seed,
    message:
        "Drawing {output.picture}"
    script:
        "../scripts/neighbours.py"


rule guidance_plot:
    """Draw a table of guidance: quality, diversity and classes against the weight."""
    input:
        table="results/{experiment}/guidance.csv",
        code=sources("guidance_plot"),
    output:
        plot=reported(
            "results/{experiment}/guidance.png",
            "guidance",
            SAMPLES_OF_REPORT,
            what="guidance",
        ),
    log:
        "logs/pictures/{experiment}/guidance.log",
    wildcard_constraints:
        experiment=one_of(guided),
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Drawing {output.plot}"
    script:
        "../scripts/guidance_plot.py"


rule classes_picture:
    """Show samples that were asked for by class, beside real ones of each class."""
    input:
        trajectory=of_first_seed("trajectory.npy"),
        real=targets("held_out"),
        labels=labels("held_out"),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("classes_picture", "source", "target"),
    output:
        picture=reported("results/{experiment}/classes.png", "classes", SAMPLES_OF_REPORT, what="classes"),
    log:
        "logs/pictures/{experiment}/classes.log",
    wildcard_constraints:
        experiment=one_of(name for name in experiments if experiments[name].labelled),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        settings=classes_settings,
        seed=first_seed,
    message:
        "Drawing {output.picture}"
    script:
        "../scripts/classes_picture.py"


rule restored_picture:
    """Show what several ways make of degraded images, and what they should be."""
    input:
        shown="results/{experiment}/restored.npz",
        code=sources("restored_picture"),
    output:
        picture=reported(
            "results/{experiment}/restored.png",
            "restored",
            SAMPLES_OF_REPORT,
            what="restored",
        ),
    log:
        "logs/pictures/{experiment}/restored.log",
    wildcard_constraints:
        experiment=one_of(restoring),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        seed=first_seed,
        about="restored",
    message:
        "Drawing {output.picture}"
    script:
        "../scripts/restored_picture.py"


use rule restored_picture as partners_picture with:
    input:
        shown="results/{experiment}/partners.npz",
        code=sources("restored_picture"),
    output:
        picture=reported(
            "results/{experiment}/partners.png",
            "restored",
            SAMPLES_OF_REPORT,
            what="partners",
        ),
    log:
        "logs/pictures/{experiment}/partners.log",
    wildcard_constraints:
        experiment=one_of(paired),
    localrule: True
    params:
        seed=first_seed,
        about="partners",


use rule loss_plot as loss_plot_for_paper with:
    output:
        pdf=ensure("results/{experiment}/loss.pdf", non_empty=True),
        svg=ensure("results/{experiment}/loss.svg", non_empty=True),
        caption=ensure("results/{experiment}/loss.txt", non_empty=True),
    log:
        "logs/pictures/{experiment}/loss_for_paper.log",
    message:
        "Drawing {output.pdf} and .svg"


use rule solver_plot as solver_plot_for_paper with:
    output:
        pdf=ensure("results/{experiment}/solvers.pdf", non_empty=True),
        svg=ensure("results/{experiment}/solvers.svg", non_empty=True),
        caption=ensure("results/{experiment}/solvers.txt", non_empty=True),
    log:
        "logs/pictures/{experiment}/solvers_for_paper.log",
    message:
        "Drawing {output.pdf} and .svg"


use rule field_picture as field_picture_for_paper with:
    output:
        pdf=ensure("results/{experiment}/field.pdf", non_empty=True),
        svg=ensure("results/{experiment}/field.svg", non_empty=True),
        caption=ensure("results/{experiment}/field.txt", non_empty=True),
    log:
        "logs/pictures/{experiment}/field_for_paper.log",
    message:
        "Drawing {output.pdf} and .svg"


use rule guidance_plot as guidance_plot_for_paper with:
    output:
        pdf=ensure("results/{experiment}/guidance.pdf", non_empty=True),
        svg=ensure("results/{experiment}/guidance.svg", non_empty=True),
        caption=ensure("results/{experiment}/guidance.txt", non_empty=True),
    log:
        "logs/pictures/{experiment}/guidance_for_paper.log",
    message:
        "Drawing {output.pdf} and .svg"
