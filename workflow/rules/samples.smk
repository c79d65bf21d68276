# Densities to sample files: results/<experiment>/<source or target>/{train,held_out}.npy


rule picture_points:
    """Draw points from a picture, by rejection."""
    input:
        picture=lambda wildcards: of_set(wildcards)[1]["picture"]["path"],
        code=sources("picture_points"),
    output:
        points=ensure("results/{sample_set}/{split}.npy", non_empty=True),
    log:
        "logs/samples/{sample_set}/{split}.log",
    wildcard_constraints:
        sample_set=one_of(sample_sets(experiments, homes, "picture")),
        split="train|held_out",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        settings=points_of_split,
        drawn_for=drawn_for,
    message:
        "Drawing points from {input.picture}: {wildcards.sample_set}, {wildcards.split}"
    script:
        "../scripts/picture_points.py"


rule gaussian_points:
    """Draw the held-out samples of a Gaussian target; training draws its own."""
    input:
        code=sources("gaussian_points"),
    output:
        held_out=ensure("results/{sample_set}/held_out.npy", non_empty=True),
    log:
        "logs/samples/{sample_set}.log",
    wildcard_constraints:
        sample_set=one_of(sample_sets(experiments, homes, "gaussian")),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        gaussian=density("gaussian"),
        settings=held_out_draws,
        drawn_for=drawn_for,
        shape=lambda wildcards: sample_shape(of_set(wildcards)[0]),
    message:
        "Drawing from a Gaussian: {wildcards.sample_set}"
    script:
        "../scripts/gaussian_points.py"


rule dataset_images:
    """Read, or download, an image data set."""
    input:
        code=sources("dataset_images"),
    output:
        train=ensure("results/{sample_set}/train.npy", non_empty=True),
        held_out=ensure("results/{sample_set}/held_out.npy", non_empty=True),
    log:
        "logs/samples/{sample_set}.log",
    wildcard_constraints:
        sample_set=one_of(sample_sets(experiments, homes, "dataset")),
    localrule: True
    conda:
        "../../environment.yml"
    resources:
        # Where the data lie does not change them: a resource, unlike a parameter, reruns nothing.
        data_dir=config["data_dir"],
    params:
        dataset=stored_images("dataset"),
        seed=lambda wildcards: of_set(wildcards)[0]["samples"]["seed"],
    message:
        "Reading images: {wildcards.sample_set}"
    script:
        "../scripts/dataset_images.py"


rule folder_images:
    """Read a folder of images."""
    input:
        images=images_under,
        code=sources("folder_images"),
    output:
        train=ensure("results/{sample_set}/train.npy", non_empty=True),
        held_out=ensure("results/{sample_set}/held_out.npy", non_empty=True),
    log:
        "logs/samples/{sample_set}.log",
    wildcard_constraints:
        sample_set=one_of(sample_sets(experiments, homes, "folder")),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        folder=stored_images("folder"),
        seed=lambda wildcards: of_set(wildcards)[0]["samples"]["seed"],
    message:
        "Reading a folder of images: {wildcards.sample_set}"
    script:
        "../scripts/folder_images.py"
