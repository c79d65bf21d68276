"""Train the deblending network of one run; after an interruption, from where it was."""

from iadb_core.training.job import INPUTS, TrainingJob, run

resources = snakemake.resources
what = TrainingJob(
    title=f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} training",
    log=snakemake.log[0],
    inputs={name: snakemake.input[name] or None for name in INPUTS},
    code=[*snakemake.input.code, __file__],
    model=snakemake.output.model,
    history=snakemake.output.history,
    summary=snakemake.output.summary,
    settings=snakemake.params.settings,
    seed=snakemake.params.seed,
    shape=snakemake.params.shape,
    threads=snakemake.threads,
    files={side: [*snakemake.input[f"{side}_files"]] for side in ("source", "target")},
    begin=snakemake.input.begin or None,
    teacher=snakemake.input.teacher or None,
    sharing=resources.sharing,
    objective=snakemake.params.get("objective", "deblending"),
    tensorboard=bool(resources.tensorboard),
)
run(what, resources.devices, resources.get("nodes", 1), resources.get("tasks", 1))
