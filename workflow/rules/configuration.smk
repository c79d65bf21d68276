# The configuration to results/<experiment>/seed<seed>/config.yaml: what made the run, defaults and all


rule configuration:
    """Record the effective configuration of a run."""
    input:
        code=sources("configuration"),
    output:
        config=ensure("results/{experiment}/seed{seed}/config.yaml", non_empty=True),
    log:
        "logs/configuration/{experiment}/seed{seed}.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        config=run_configuration,
    message:
        "Recording the configuration of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/configuration.py"
