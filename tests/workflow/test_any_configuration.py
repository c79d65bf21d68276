"""Whatever the configuration: it is refused by the name of a key, or its workflow can be planned."""

import os
import re
from pathlib import Path

import pytest
import yaml
from any_configuration import configurations, with_mistakes
from conftest import make_workspace
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from snakemake.api import SnakemakeApi
from snakemake.exceptions import RuleException, WorkflowError
from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings

from workflow.experiments import ConfigError, complete

IN_CI = "CI" in os.environ  # where the same is tried each time; elsewhere always something new
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
PHASES = [Phase.explicit, Phase.generate]  # a failure is not made smaller: that takes minutes
QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
PLACE = re.compile(rf"(config|[\w$-]+|{QUOTED})(\.([\w$-]+|{QUOTED}))*: \S")


def completed(config):
    """The completed configuration, or None if it is refused: every line then begins with the place of a key."""
    try:
        return complete(config)
    except ConfigError as refused:
        message = str(refused)
    assert message
    assert all(PLACE.match(line) for line in message.split("\n")), message
    return None


@settings(max_examples=100, deadline=None, suppress_health_check=QUIET, derandomize=IN_CI, phases=PHASES)
@given(configurations())
def test_a_configuration_is_complete_or_refused_by_a_key(config):
    found = completed(config)
    assert found is None or complete(found.written()) == found


@settings(max_examples=300, deadline=None, suppress_health_check=QUIET, derandomize=IN_CI, phases=PHASES)
@given(with_mistakes())
def test_a_configuration_with_something_changed_is_complete_or_refused_by_a_key(config):
    found = completed(config)
    assert found is None or complete(found.written()) == found


@settings(max_examples=100, deadline=None, suppress_health_check=QUIET, derandomize=IN_CI, phases=PHASES)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_anything_that_yaml_can_hold_is_refused_by_a_key(config):
    if not isinstance(config, dict):
        config = {"experiments": config}
    assert completed(config) is None


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """What plans the workflow of a configuration in this process, as `snakemake -n` does."""
    workspace = make_workspace(tmp_path_factory.mktemp("any") / "project")

    def dry_run(config):
        workspace.path("config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        with SnakemakeApi(OutputSettings(dryrun=True, quiet={Quietness.ALL})) as snakemake:
            workflow = snakemake.workflow(
                resource_settings=ResourceSettings(cores=2),
                snakefile=workspace.path("Snakefile"),
                workdir=workspace.root,
            )
            workflow.dag(DAGSettings()).execute_workflow(executor="dryrun")

    before = Path.cwd()
    yield dry_run
    os.chdir(before)
    assert not [path for path in workspace.root.rglob("x") if path.name == "x"]  # no name reached a shell


@settings(max_examples=120, deadline=None, suppress_health_check=QUIET, derandomize=IN_CI, phases=PHASES)
@given(config=st.one_of(configurations(), with_mistakes()))
def test_the_workflow_of_a_configuration_is_planned_or_refused_by_a_name(plan, config, capfd):
    if completed(config) is None:
        return
    try:
        plan(config)
    except (WorkflowError, RuleException) as refused:
        message = f"{refused} {capfd.readouterr()}"
    else:
        return
    experiments = complete(config).experiments.values()
    densities = [density for one in experiments for density in (one.source, one.target)]
    paths = [density.path for density in densities if hasattr(density, "path")]
    assert any(path in message for path in paths), message
