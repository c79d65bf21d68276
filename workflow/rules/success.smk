# When all that was asked for is there: results/<experiment>/seed<seed>/config.yaml, what made each run

from workflow.failures import write_sweeps
from workflow.records import record, remove_states


onsuccess:
    of_runs = [job.wildcards for job in workflow.dag.jobs if {"experiment", "seed"} <= set(job.wildcards.keys())]
    runs_of_dag = {(wildcards.experiment, int(wildcards.seed)) for wildcards in of_runs}
    record(configuration, runs_of_dag)
    remove_states(runs_of_dag)


onerror:
    in_vain = {
        name: [(own, seed) for own in values for seed in experiments[own].seeds] for name, values in sweeps.items()
    }
    for name in write_sweeps(sweeps, in_vain):
        print(f"results/{name}/sweep.html has the variants that there are, and why others failed")
