import numpy as np
import pytest

from iadb_core.tables.variants import compare, figures_of, page

VALUES = {
    "a~rate=1,width=8": {"training.rate": 1, "network.width": 8, "training.decay": "constant"},
    "a~rate=2,width=8": {"training.rate": 2, "network.width": 8, "training.decay": "constant"},
}


def run(experiment, seed, distance, **figures):
    return {
        "experiment": experiment,
        "seed": seed,
        "final_loss": 0.5 + seed,
        "training_seconds": 10.0,
        "figures": {"W2 (with root)": distance, **figures},
        "validation": {"W2 (with root)": distance, **figures},
    }


def rows():
    first, second = VALUES
    return [run(first, 0, 0.3), run(first, 1, 0.5), run(second, 0, 0.1), run(second, 1, 0.3)]


def test_only_what_differs_the_best_first_with_seeds_aggregated():
    table = compare(rows(), VALUES)
    assert list(table.columns[:2]) == ["training.rate", "seeds"]
    assert list(table["training.rate"]) == [2, 1]
    assert list(table.seeds) == [2, 2]
    assert list(table["W2 (with root)"]) == pytest.approx([0.2, 0.4])
    assert list(table["W2 (with root), std"]) == pytest.approx([np.std([0.1, 0.3], ddof=1)] * 2)
    assert list(table.final_loss) == [1.0, 1.0]


def test_a_variant_without_figures_is_the_last_and_says_why():
    first, second = VALUES
    table = compare([run(first, 0, 0.3)], VALUES, {second: "seed 0: <it diverged>"})
    assert list(table["training.rate"]) == [1, 2]
    assert list(table.failed) == ["", "seed 0: <it diverged>"]
    assert list(table.seeds) == [1, 0]
    text = page("a", table)
    assert "&lt;it diverged&gt;" in text
    assert "nan" not in text


def test_the_classifiers_distance_decides_where_there_is_one():
    first, second = VALUES
    name = "Fréchet distance (classifier)"
    table = compare([run(first, 0, 0.1, **{name: 5.0}), run(second, 0, 0.9, **{name: 4.0})], VALUES)
    assert list(table["training.rate"]) == [2, 1]
    assert table[f"{name}, std"].isna().all()


def test_the_page_tells_means_and_deviations_and_escapes_what_it_shows():
    values = {name: own | {"training.rate": f"<b>{own['training.rate']}</b>"} for name, own in VALUES.items()}
    text = page("a", compare(rows(), values))
    assert "0.2 ± 0.14" in text
    assert "over 2 seeds" in text
    assert "&lt;b&gt;1" in text
    assert "<b>" not in text
    assert "std" not in text


def test_values_that_are_sections_are_told_as_text():
    values = {"a~1": {"network": {"width": 4}}, "a~2": {"network": {"width": 8}}}
    table = compare([run("a~1", 0, 1.0), run("a~2", 0, 2.0)], values)
    assert list(table.network) == ['{"width": 4}', '{"width": 8}']


def test_the_best_is_chosen_by_the_validation_part_and_reported_by_the_other():
    first, second = VALUES
    runs = [run(first, 0, 0.1), run(second, 0, 0.3)]
    runs[0]["validation"], runs[1]["validation"] = {"W2 (with root)": 0.6}, {"W2 (with root)": 0.2}
    table = compare(runs, VALUES)
    assert list(table["training.rate"]) == [2, 1]
    assert list(table["W2 (with root)"]) == [0.3, 0.1]
    assert list(table["W2 (with root), validation"]) == [0.2, 0.6]


def test_figures_are_told_apart_by_their_part():
    figures = [
        {"metric": "W2 (with root)", "split": split, "value": value}
        for split, value in (("held_out", 1.0), ("validation", 2.0))
    ]
    found = figures_of({"figures": figures})
    assert found == {"figures": {"W2 (with root)": 1.0}, "validation": {"W2 (with root)": 2.0}}
