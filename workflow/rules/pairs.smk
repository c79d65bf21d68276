# A trained model to pairs for another training (reflow): results/<experiment>/seed<seed>/pairs/{x0,x1,labels}.npy, pairs.json


rule make_pairs:
    """Make a shard of the pairs that a trained model makes: each start with where it is carried."""
    input:
        model=model_of_pairs,
        starts=starts_of_pairs,
        labels=labels("train"),
        code=sources("make_pairs", "source", "pairs"),
    output:
        pairs=temp("results/{experiment}/seed{seed}/pairs/{scatteritem}.npz"),
    log:
        "logs/pairs/{experiment}/seed{seed}/{scatteritem}.log",
    benchmark:
        "logs/benchmarks/pairs/{experiment}/seed{seed}/{scatteritem}.tsv"
    wildcard_constraints:
        experiment=one_of(reflowed),
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        gpu=gpus,
        gpu_share=gpu_share,
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: f"{2 * attempt}h",
    params:
        settings=pairs_settings,
        seed=run_seed,
    message:
        "Making pairs for {wildcards.experiment}, seed {wildcards.seed}, {wildcards.scatteritem}"
    script:
        "../scripts/make_pairs.py"


rule join_pairs:
    """Join the shards of the pairs that a model made, and keep those that it carries back best."""
    input:
        shards=shards_of_pairs,
        code=sources("join_pairs"),
    output:
        x0=ensure("results/{experiment}/seed{seed}/pairs/x0.npy", non_empty=True),
        x1=ensure("results/{experiment}/seed{seed}/pairs/x1.npy", non_empty=True),
        labels=ensure("results/{experiment}/seed{seed}/pairs/labels.npy", non_empty=True),
        summary=ensure("results/{experiment}/seed{seed}/pairs/pairs.json", non_empty=True),
    log:
        "logs/pairs/{experiment}/seed{seed}.log",
    wildcard_constraints:
        experiment=one_of(reflowed),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        keep=lambda wildcards: experiments[wildcards.experiment].training.coupling.model_pairs.keep,
    message:
        "Joining the pairs of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/join_pairs.py"
