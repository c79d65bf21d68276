# A trajectory to results/<experiment>/seed<seed>/frames.zip, and this to results/<experiment>.gif


rule render:
    """Draw the frames of a run."""
    input:
        trajectory="results/{experiment}/seed{seed}/trajectory.npy",
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        to_restore=to_restore("validation"),
        code=sources("render", "source", "target", "asked_of"),
    output:
        frames=ensure("results/{experiment}/seed{seed}/frames.zip", non_empty=True),
    log:
        "logs/render/{experiment}/seed{seed}.log",
    benchmark:
        "logs/benchmarks/render/{experiment}/seed{seed}.tsv"
    group:
        "animation"
    conda:
        "../../environment.yml"
    threads: 4
    resources:
        runtime=lambda wildcards, attempt: f"{30 * attempt}m",
    params:
        settings=drawing_settings,
        seed=run_seed,
    message:
        "Drawing the frames of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/render.py"


rule frames:
    """Unpack the frames of a run as files, for who asks for them."""
    input:
        frames="results/{experiment}/seed{seed}/frames.zip",
        code=sources("frames"),
    output:
        frames=directory("results/{experiment}/seed{seed}/frames"),
    log:
        "logs/frames/{experiment}/seed{seed}.log",
    localrule: True
    conda:
        "../../environment.yml"
    message:
        "Unpacking {input.frames}"
    script:
        "../scripts/frames.py"


rule gif:
    """Join the frames of the first seed into a looping GIF."""
    input:
        frames=of_first_seed("frames.zip"),
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


rule density:
    """Follow the density of a run on a grid, and the exact one where it is known."""
    input:
        model="results/{experiment}/seed{seed}/model.pt",
        trajectory="results/{experiment}/seed{seed}/trajectory.npy",
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        code=sources("density", "source", "target", "network", "followed"),
    output:
        density=ensure("results/{experiment}/seed{seed}/density.npz", non_empty=True),
    log:
        "logs/density/{experiment}/seed{seed}.log",
    benchmark:
        "logs/benchmarks/density/{experiment}/seed{seed}.tsv"
    wildcard_constraints:
        experiment=one_of(of_the_plane),
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: f"{attempt}h",
    params:
        settings=density_settings,
    message:
        "Following the density of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/density.py"


rule density_frames:
    """Draw the frames of a density that flows."""
    input:
        density="results/{experiment}/seed{seed}/density.npz",
        code=sources("density_frames"),
    output:
        frames=ensure("results/{experiment}/seed{seed}/density_frames.zip", non_empty=True),
    log:
        "logs/density_frames/{experiment}/seed{seed}.log",
    conda:
        "../../environment.yml"
    threads: 4
    params:
        size=lambda wildcards: experiments[wildcards.experiment].animation.size,
        levels=lambda wildcards: experiments[wildcards.experiment].animation.density.levels,
    message:
        "Drawing the density of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/density_frames.py"


use rule gif as density_gif with:
    input:
        frames=of_first_seed("density_frames.zip"),
        code=sources("gif"),
    output:
        gif=ensure("results/{experiment}_density.gif", non_empty=True),
    log:
        "logs/gif/{experiment}_density.log",
    wildcard_constraints:
        experiment=one_of(of_the_plane),
    group:
        None
    message:
        "Writing {output.gif}"


rule mp4:
    """Join the frames of the first seed into an MP4."""
    input:
        frames=of_first_seed("frames.zip"),
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
        animation=film_settings,
    message:
        "Writing {output.mp4}"
    script:
        "../scripts/mp4.py"


rule webp:
    """Join the frames of the first seed into an animated WebP."""
    input:
        frames=of_first_seed("frames.zip"),
        code=sources("webp"),
    output:
        webp=ensure("results/{experiment}.webp", non_empty=True),
    log:
        "logs/webp/{experiment}.log",
    group:
        "animation"
    conda:
        "../../environment.yml"
    resources:
        runtime=lambda wildcards, attempt: f"{30 * attempt}m",
    params:
        animation=film_settings,
    message:
        "Writing {output.webp}"
    script:
        "../scripts/webp.py"
