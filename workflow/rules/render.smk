# A trajectory to results/<experiment>/seed<seed>/frames/*.png, and these to results/<experiment>.gif

# Each frame is an output by name: Snakemake then sees when one changes, as it does not inside a directory. A rule's
# number of outputs is fixed, hence one rule for each length of animation.
for count in sorted({frame_count(experiment) for experiment in experiments.values()}):

    rule:
        """Draw the frames of a run."""
        name:
            f"render_{count}_frames"
        input:
            trajectory="results/{experiment}/seed{seed}/trajectory.npy",
            pictures=plane_files(),
            code=sources("render", "source", "target"),
        output:
            frames=frames("{experiment}", "{seed}", count),
        log:
            "logs/render/{experiment}/seed{seed}.log",
        wildcard_constraints:
            experiment=one_of(name for name in experiments if frame_count(experiments[name]) == count),
        group:
            "animation"
        conda:
            "../../environment.yml"
        threads: 4
        resources:
            runtime=lambda wildcards, attempt: f"{30 * attempt}m",
        params:
            settings=drawing_settings,
        message:
            "Drawing the frames of {wildcards.experiment}, seed {wildcards.seed}"
        script:
            "../scripts/render.py"


rule gif:
    """Join the frames of the first seed into a looping GIF."""
    input:
        frames=first_run_frames,
        code=sources("gif"),
    output:
        gif=ensure("results/{experiment}.gif", non_empty=True),
    log:
        "logs/gif/{experiment}.log",
    group:
        "animation"
    conda:
        "../../environment.yml"
    threads: 4
    resources:
        runtime=lambda wildcards, attempt: f"{30 * attempt}m",
    params:
        animation=gif_settings,
    message:
        "Writing {output.gif}"
    script:
        "../scripts/gif.py"


rule mp4:
    """Join the frames of the first seed into an MP4."""
    input:
        frames=first_run_frames,
        code=sources("mp4"),
    output:
        mp4=ensure("results/{experiment}.mp4", non_empty=True),
    log:
        "logs/mp4/{experiment}.log",
    group:
        "animation"
    conda:
        "../../environment.yml"
    resources:
        runtime=lambda wildcards, attempt: f"{30 * attempt}m",
    params:
        animation=mp4_settings,
    message:
        "Writing {output.mp4}"
    script:
        "../scripts/mp4.py"
