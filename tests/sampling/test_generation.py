import torch
from gaussians import CASE
from small import model

from iadb_core.sampling.generation import generate
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.shards import joined_summary

SAMPLING = Sampling(solver="heun", schedule="cosine", steps=40, batch_size=8)


def begin():
    return CASE.m0 + CASE.s0 * torch.randn(20, 2, generator=torch.Generator().manual_seed(0))


def test_samples_are_generated_as_settings_say():
    own = model(CASE.field)
    generated, _ = generate(own, SAMPLING, begin())
    assert torch.equal(generated, Sampler(CASE.field, Way.of(SAMPLING), own.device).ends(begin()))
    assert torch.allclose(generated, CASE.flow(begin()), atol=0.05)


def test_the_summary_says_how_and_counts_only_its_own_evaluations():
    own = model(CASE.field)
    own.field(begin(), torch.zeros(20))
    _, summary = generate(own, SAMPLING, begin())
    assert (summary["samples"], summary["evaluations"]) == (20, 2 * 40 * 20)
    assert summary["seconds"] > 0
    told = {"solver": "heun", "schedule": "cosine", "steps": 40}
    told |= {"sampling_precision": "float32", "sampling_device": "cpu"}
    assert {key: summary[key] for key in told} == told
    assert "torch" in summary["sampling_versions"]
    assert summary["sampling_hardware"]


def test_the_summaries_of_shards_are_joined():
    own = model(CASE.field)
    shards = [generate(own, SAMPLING, part)[1] for part in begin().split(8)]
    joined = joined_summary(shards)
    assert (joined["samples"], joined["nfe"], joined["solver"]) == (20, 80, "heun")
    assert joined["samples_per_second"] > 0


def test_a_shard_may_have_no_samples():
    generated, summary = generate(model(CASE.field), SAMPLING, begin()[:0])
    assert (generated.shape, summary["samples"], summary["evaluations"]) == ((0, 2), 0, 0)
    whole = generate(model(CASE.field), SAMPLING, begin())[1]
    assert joined_summary([whole, summary])["nfe"] == 80
