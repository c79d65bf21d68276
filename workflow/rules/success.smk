# When all that was asked for is there: results/<experiment>/seed<seed>/config.yaml, what made each run

from workflow.records import record, remove_states


onsuccess:
    of_runs = [job.wildcards for job in workflow.dag.jobs if {"experiment", "seed"} <= set(job.wildcards.keys())]
    runs_of_dag = {(wildcards.experiment, int(wildcards.seed)) for wildcards in of_runs}
    record(configuration, runs_of_dag)
    remove_states(runs_of_dag)
