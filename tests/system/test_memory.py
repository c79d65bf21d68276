import pytest

from iadb_core.system import memory


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Control groups of our own, of which this process is in none yet, and no Slurm."""
    for name in ("SLURM_MEM_PER_NODE", "SLURM_MEM_PER_CPU", "SLURM_MEM_PER_GPU"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(memory, "OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(memory, "CONTROL_GROUPS", tmp_path / "groups")
    return tmp_path


def test_without_a_limit_it_is_the_whole_machines(groups):
    whole = memory.memory_limit()
    assert whole > 2**28
    (groups / "own").write_text("0::/job\n")
    assert memory.memory_limit() == whole


def test_it_is_that_of_the_strictest_control_group(groups):
    (groups / "own").write_text("0::/job/step\n")
    (groups / "groups" / "job" / "step").mkdir(parents=True)
    (groups / "groups" / "job" / "memory.max").write_text("500000000\n")
    (groups / "groups" / "job" / "step" / "memory.max").write_text("max\n")
    assert memory.memory_limit() == 500_000_000


def test_control_groups_of_version_1_count_as_well(groups):
    (groups / "own").write_text("12:cpu,cpuacct:/elsewhere\n4:memory:/slurm/job\n1:name=systemd:/user\n")
    (groups / "groups" / "memory" / "slurm" / "job").mkdir(parents=True)
    (groups / "groups" / "memory" / "slurm" / "memory.limit_in_bytes").write_text("400000000\n")
    (groups / "groups" / "memory" / "slurm" / "job" / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert memory.memory_limit() == 400_000_000


@pytest.mark.parametrize(
    ("environment", "granted"),
    [
        ({"SLURM_MEM_PER_NODE": "100"}, 100),
        ({"SLURM_MEM_PER_CPU": "20", "SLURM_CPUS_ON_NODE": "3"}, 60),
        ({"SLURM_MEM_PER_GPU": "40", "SLURM_GPUS_ON_NODE": "2"}, 80),
        ({"SLURM_MEM_PER_CPU": "20", "SLURM_CPUS_ON_NODE": "8", "SLURM_MEM_PER_NODE": "100"}, 100),
    ],
)
def test_slurm_grants_it_by_node_processor_or_gpu(groups, monkeypatch, environment, granted):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert memory.memory_limit() == granted * 2**20


@pytest.mark.parametrize(
    "environment",
    [{"SLURM_MEM_PER_NODE": "0"}, {"SLURM_MEM_PER_CPU": "20"}, {"SLURM_MEM_PER_GPU": "x", "SLURM_GPUS_ON_NODE": "1"}],
    ids=["no limit", "of an unknown number", "no number"],
)
def test_what_says_nothing_limits_nothing(groups, monkeypatch, environment):
    whole = memory.memory_limit()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert memory.memory_limit() == whole
