import pytest
from every_metric import every

from iadb_core.evaluation.metrics import CLASSIFIER, INCEPTION

TITLES = {  # under which results have been kept
    "w2": "W2 (with root)",
    "energy": "energy distance",
    "sliced_w2": "sliced W2 (with root)",
    "mmd": "MMD (RBF, median bandwidth)",
    "total_variation": "total variation",
    "sliced_w2_pixels": "sliced W2 of pixels (with root)",
    "frechet_classifier": "Fréchet distance (classifier)",
    "frechet_inception": "Fréchet distance (Inception)",
    "kid_classifier": "kernel distance, KID (classifier)",
    "kid_inception": "kernel distance, KID (Inception)",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "class_entropy": "class entropy",
    "confidence": "confidence",
    "loss": "deblending loss",
    "excess_loss": "excess loss",
    "transport_cost": "transport cost (squared)",
    "path_energy_error": "normalised path energy error",
    "round_trip": "round-trip error (RMS)",
    "field_error": "field error along trajectories (RMS)",
    "posterior_mean_error": "posterior mean error along trajectories (RMS)",
    "exact_map": "distance to the exact map (RMS)",
}


def test_metrics_are_told_apart_by_key_and_by_title():
    assert len({metric.key for metric in every()}) == len({metric.title for metric in every()}) == len(every())


def test_metrics_keep_the_titles_under_which_results_have_been_kept():
    titles = {metric.key: metric.title for metric in every()}
    assert {key: titles.get(key) for key in TITLES} == TITLES


@pytest.mark.parametrize("metric", every(), ids=lambda metric: metric.key)
def test_a_metric_says_which_way_is_better_and_what_sees_for_it(metric):
    assert metric.better in ("lower", "higher", None)
    assert metric.extractor in (CLASSIFIER, INCEPTION, None)
    assert metric.extractor is None or metric.better is not None


def test_distances_are_better_where_they_are_lower_and_shares_where_they_are_higher():
    ways = {metric.key: metric.better for metric in every()}
    assert {ways[key] for key in ("w2", "energy", "mmd", "loss", "excess_loss", "frechet_inception")} == {"lower"}
    assert {ways[key] for key in ("precision", "recall", "density", "coverage", "class_entropy")} == {"higher"}
    assert ways["nearest_training"] is ways["transport_cost"] is None


def test_every_metric_has_its_short_name_in_the_documentation():
    from pathlib import Path

    from every_metric import every

    page = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text("utf-8")
    assert [metric.key for metric in every() if f"| `{metric.key}` | {metric.title} |" not in page] == []
    assert len({metric.key for metric in every()}) == len(every())
