# When all that was asked for is there: results/<experiment>/seed<seed>/config.yaml, what made each run

from workflow.records import record, remove_states


onsuccess:
    of_runs = [job.wildcards for job in workflow.dag.jobs if {"experiment", "seed"} <= set(job.wildcards.keys())]
    record(config, {(wildcards.experiment, int(wildcards.seed)) for wildcards in of_runs})
    remove_states()
