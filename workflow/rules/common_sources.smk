# Which modules of iadb_core are inputs of a rule: those that its script runs.
from workflow.sources import ROOT, own_modules_first, sources as imported_sources

own_modules_first()

SOLVERS, COUPLINGS = "iadb_core.method.solvers", "iadb_core.method.couplings"
OBJECTIVES = "iadb_core.method.objectives"


def modules_of(experiment, role):
    """The modules of what an experiment has chosen in a role: `source`, `target`, `network`, `solver`, `solvers`,
    `coupling`, `objective`, `weaker` and `teacher`, the networks of models that guide its samples or are distilled,
    `pairs`, the network and the solver of the model that makes its pairs, or `asked_of`, the degradation and the target
    whose samples conditions are made of, if they are. `compared` are the solvers by which experiments are compared, `followed` that of
    likelihoods, `theorem` those that the exact field is followed by, `explored` those by which a page finds a start that
    is worth seeing, `beside` the networks of the models that it shows as well.
    """
    if role == "pairs":
        own = experiment.training.coupling.model_pairs
        return [*modules_of(experiments[own.model_of], "network"), f"{SOLVERS}.{own.solver}"] if own else []
    if role in ("weaker", "teacher"):
        flow_map, own = experiment.training.objective.flow_map, experiment.sampling.autoguidance
        other = (own and own.model_of) if role == "weaker" else (flow_map and flow_map.teacher)
        return modules_of(experiments[other], "network") if other else []
    if role == "coupling":
        return [f"{COUPLINGS}.{experiment.training.coupling.name}"]
    if role == "objective":
        regression = [f"{OBJECTIVES}.regression"] if experiment.restores else []
        return [f"{OBJECTIVES}.{experiment.training.objective.name}", *regression]
    if role == "asked_of":
        chosen = [own for own in (experiment.restores, experiment.target) if own and experiment.told_of_samples]
        return [type(one).__module__ for one in chosen]
    if role == "beside":
        return [
            name for other in experiment.animation.explore.beside for name in modules_of(experiments[other], "network")
        ]
    if role == "explored":
        return [f"{SOLVERS}.{name}" for name in ("euler", "midpoint")]
    if role == "theorem":
        return [f"{SOLVERS}.{name}" for name in ("euler", "rk4", "dopri5")]
    if role == "followed":
        return [f"{SOLVERS}.{experiment.evaluation.likelihood.solver}"]
    if role == "compared":
        return [f"{SOLVERS}.euler", f"{SOLVERS}.map"]
    if role in ("solver", "solvers"):
        jumps = ["map"] if experiment.training.objective.flow_map else []
        names = [experiment.sampling.solver] if role == "solver" else [*experiment.evaluation.solvers, *jumps]
        return [f"{SOLVERS}.{name}" for name in names]
    return [type(getattr(experiment, role)).__module__]


def project_files(paths):
    """Files of this project, from the folder that is worked in: of a workflow that has this one as a module, its own."""
    return paths if os.path.isdir("iadb_core/system") else [str(ROOT / path) for path in paths]


def code_of(script, chosen=()):
    """The modules that workflow/scripts/<script>.py runs; chosen: names of those of the kinds it is used with."""
    return project_files(imported_sources(ROOT / "workflow" / "scripts" / f"{script}.py", chosen))


def sources(script, *roles):
    """An input of a rule: the modules that its script runs.

    roles: in which it runs what the experiment has chosen, of which only that is among them.
    """
    if not roles:
        return code_of(script)

    def of_experiment(wildcards):
        experiment = experiments[wildcards.experiment]
        return code_of(script, [name for role in roles for name in modules_of(experiment, role)])

    return of_experiment


def sources_of_set(script):
    """The same for a rule that makes samples of one density."""
    return lambda wildcards: code_of(script, [type(of_set(wildcards)[1]).__module__])


def sources_of_classifier(script):
    """The same for the data set that a classifier is of."""
    return lambda wildcards: code_of(script, modules_of(classifiers[wildcards.dataset], "target"))


def sources_of_comparison(script):
    """The same for a comparison, whose samples are shown as each target has them."""
    return lambda wildcards: code_of(
        script,
        [
            name
            for experiment in configuration.compare[wildcards.comparison]
            for name in modules_of(experiments[experiment], "target")
        ],
    )
