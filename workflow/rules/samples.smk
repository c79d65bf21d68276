# Densities to sample files: results/<experiment>/<source or target>/{train,validation,held_out}.npy
# Beside each, of a density with labels, the classes: {train,validation,held_out}_labels.npy


rule draw_samples:
    """Draw samples of a density that is drawn from: points of a picture, or of a Gaussian."""
    input:
        files=density_files,
        code=sources_of_set("draw_samples"),
    output:
        samples=ensure("results/{sample_set}/{split}.npy", non_empty=True),
    log:
        "logs/samples/{sample_set}/{split}.log",
    wildcard_constraints:
        sample_set=one_of(sample_sets(experiments, homes, Drawn, labelled=False)),
        split="train|validation|held_out",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        density=lambda wildcards: canonical(of_set(wildcards)[1]),
        settings=draws,
        drawn_for=drawn_for,
        contents=contents,
        missing=missing_files,
        shape=lambda wildcards: of_set(wildcards)[0].shape,
    message:
        "Drawing samples: {wildcards.sample_set}, {wildcards.split}"
    script:
        "../scripts/draw_samples.py"


# `use rule` takes over neither `localrule` nor `cache`.
use rule draw_samples as draw_labelled_samples with:
    output:
        samples=ensure("results/{sample_set}/{split}.npy", non_empty=True),
        labels=ensure("results/{sample_set}/{split}_labels.npy", non_empty=True),
    wildcard_constraints:
        sample_set=one_of(sample_sets(experiments, homes, Drawn, labelled=True)),
        split="train|validation|held_out",
    localrule: True


rule read_samples:
    """Read, or download, the samples of a data set or of a folder."""
    input:
        files=density_files,
        code=sources_of_set("read_samples"),
    output:
        train=ensure("results/{sample_set}/train.npy", non_empty=True),
        validation=ensure("results/{sample_set}/validation.npy", non_empty=True),
        held_out=ensure("results/{sample_set}/held_out.npy", non_empty=True),
    log:
        "logs/samples/{sample_set}.log",
    benchmark:
        "logs/benchmarks/samples/{sample_set}.tsv"
    wildcard_constraints:
        sample_set=one_of(sample_sets(experiments, homes, Read, labelled=False)),
    localrule: True
    conda:
        "../../environment.yml"
    threads: 4
    resources:
        # Where the data lie does not change them: a resource, unlike a parameter, reruns nothing.
        data_dir=configuration.data_dir,
    params:
        density=lambda wildcards: sorted_tree({of_set(wildcards)[1].kind: of_set(wildcards)[1].made_of()}),
        seed=lambda wildcards: of_set(wildcards)[0].samples.seed,
        contents=contents,
    message:
        "Reading samples: {wildcards.sample_set}"
    script:
        "../scripts/read_samples.py"


use rule read_samples as read_labelled_samples with:
    output:
        train=ensure("results/{sample_set}/train.npy", non_empty=True),
        validation=ensure("results/{sample_set}/validation.npy", non_empty=True),
        held_out=ensure("results/{sample_set}/held_out.npy", non_empty=True),
        train_labels=ensure("results/{sample_set}/train_labels.npy", non_empty=True),
        validation_labels=ensure("results/{sample_set}/validation_labels.npy", non_empty=True),
        held_out_labels=ensure("results/{sample_set}/held_out_labels.npy", non_empty=True),
    wildcard_constraints:
        sample_set=one_of(sample_sets(experiments, homes, Read, labelled=True)),
    localrule: True
