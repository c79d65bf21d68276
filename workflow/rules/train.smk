# Sample files to results/<experiment>/seed<seed>/model.pt; beside it, in model.….resume, the state of an unfinished one


rule train:
    """Train the deblending network of an experiment, for one seed."""
    input:
        source=trained_on("source"),
        target=trained_on("target"),
        labels=labels_trained_on,
        real_source=real_samples("source"),
        real_target=real_samples("target"),
        real_labels=real_labels,
        validation_source=validated(samples("source", "validation")),
        validation_target=validated(samples("target", "validation")),
        validation_labels=validated(labels("validation")),
        source_files=files_behind("source"),
        target_files=files_behind("target"),
        begin=model_to_begin_from,
        teacher=teacher_model,
        code=sources("train", "source", "target", "network", "coupling", "objective", "asked_of", "teacher"),
    output:
        model=ensure("results/{experiment}/seed{seed}/model.pt", non_empty=True),
        history=ensure("results/{experiment}/seed{seed}/training.csv", non_empty=True),
        summary=ensure("results/{experiment}/seed{seed}/training.json", non_empty=True),
    log:
        "logs/train/{experiment}/seed{seed}.log",
    cache: True
    conda:
        "../../environment.yml"
    threads: lambda wildcards: experiments[wildcards.experiment].threads
    resources:
        devices=devices,
        gpu=gpus_of_training,
        gres=gpus_of_each_node,
        nodes=nodes,
        tasks=nodes,
        tasks_per_gpu=0,
        mpi=srun,
        gpu_share=gpu_share_of_training,
        sharing=runs_per_gpu,
        tensorboard=lambda wildcards: int(experiments[wildcards.experiment].training.tensorboard),
        mem_mb=training_memory,
        runtime="4h",
    params:
        settings=training_settings,
        seed=run_seed,
        shape=lambda wildcards: experiments[wildcards.experiment].shape,
    message:
        "Training {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/train.py"


use rule train as train_regression with:
    output:
        model=ensure("results/{experiment}/seed{seed}/regression/model.pt", non_empty=True),
        history=ensure("results/{experiment}/seed{seed}/regression/training.csv", non_empty=True),
        summary=ensure("results/{experiment}/seed{seed}/regression/training.json", non_empty=True),
    log:
        "logs/train/{experiment}/seed{seed}_regression.log",
    wildcard_constraints:
        experiment=one_of(restoring),
    cache: True
    params:
        settings=training_settings,
        seed=run_seed,
        shape=lambda wildcards: experiments[wildcards.experiment].shape,
        objective="regression",
    message:
        "Training a regression for {wildcards.experiment}, seed {wildcards.seed}, to compare with"
