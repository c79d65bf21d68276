import numpy as np
import pytest

from iadb_core.tables.variants import compare, figures_of, page, write_comparison

VALUES = {
    "a~rate=1,width=8": {"training.rate": 1, "network.width": 8, "training.decay": "constant"},
    "a~rate=2,width=8": {"training.rate": 2, "network.width": 8, "training.decay": "constant"},
}

FLOOR = 0.05


def with_floors(figures):
    return {metric: (value, FLOOR) for metric, value in figures.items()}


def run(experiment, seed, distance, **figures):
    return {
        "experiment": experiment,
        "seed": seed,
        "final_loss": 0.5 + seed,
        "training_seconds": 10.0,
        "figures": with_floors({"W2 (with root)": distance, **figures}),
        "validation": with_floors({"W2 (with root)": distance, **figures}),
    }


def rows():
    first, second = VALUES
    return [run(first, 0, 0.3), run(first, 1, 0.5), run(second, 0, 0.1), run(second, 1, 0.3)]


def test_only_what_differs_the_best_first_with_seeds_aggregated():
    table, keys, chosen_by = compare(rows(), VALUES)
    assert (keys, chosen_by) == (["training.rate"], "W2 (with root), validation")
    assert list(table.columns[:2]) == ["training.rate", "seeds"]
    assert list(table["W2 (with root), floor"]) == list(table[f"{chosen_by}, floor"]) == pytest.approx([FLOOR] * 2)
    assert list(table["training.rate"]) == [2, 1]
    assert list(table.seeds) == [2, 2]
    assert list(table["W2 (with root)"]) == pytest.approx([0.2, 0.4])
    assert list(table["W2 (with root), std"]) == pytest.approx([np.std([0.1, 0.3], ddof=1)] * 2)
    assert list(table.final_loss) == [1.0, 1.0]


def test_a_variant_without_figures_is_the_last_and_says_why():
    first, second = VALUES
    compared = compare([run(first, 0, 0.3)], VALUES, {second: "seed 0: <it diverged>"})
    table = compared.table
    assert list(table["training.rate"]) == [1, 2]
    assert list(table.failed) == ["", "seed 0: <it diverged>"]
    assert list(table.seeds) == [1, 0]
    text = page("a", compared)
    assert "&lt;it diverged&gt;" in text
    assert "nan" not in text


def test_the_classifiers_distance_decides_where_there_is_one():
    first, second = VALUES
    name = "Fréchet distance (classifier)"
    table = compare([run(first, 0, 0.1, **{name: 5.0}), run(second, 0, 0.9, **{name: 4.0})], VALUES).table
    assert list(table["training.rate"]) == [2, 1]
    assert table[f"{name}, std"].isna().all()


def test_the_page_tells_means_and_deviations_and_escapes_what_it_shows():
    values = {name: own | {"training.rate": f"<b>{own['training.rate']}</b>"} for name, own in VALUES.items()}
    text = page("a", compare(rows(), values))
    assert "0.2 ± 0.14" in text
    assert "over 2 seeds" in text
    assert "<tfoot><tr><td>real samples</td><td></td><td>0.05</td><td>0.05</td>" in text
    assert "&lt;b&gt;1" in text
    assert "<b>" not in text
    assert "std" not in text


def test_values_that_are_sections_are_told_as_text():
    values = {"a~1": {"network": {"width": 4}}, "a~2": {"network": {"width": 8}}}
    table = compare([run("a~1", 0, 1.0), run("a~2", 0, 2.0)], values).table
    assert list(table.network) == ['{"width": 4}', '{"width": 8}']


def test_the_best_is_chosen_by_the_validation_part_and_reported_by_the_other():
    first, second = VALUES
    runs = [run(first, 0, 0.1), run(second, 0, 0.3)]
    for one, value in zip(runs, (0.6, 0.2), strict=True):
        one["validation"] = with_floors({"W2 (with root)": value})
    table = compare(runs, VALUES).table
    assert list(table["training.rate"]) == [2, 1]
    assert list(table["W2 (with root)"]) == [0.3, 0.1]
    assert list(table["W2 (with root), validation"]) == [0.2, 0.6]


def test_figures_are_told_apart_by_their_part():
    figures = [
        {"metric": "W2 (with root)", "split": split, "value": value, "floor": floor}
        for split, value, floor in (("held_out", 1.0, 0.5), ("validation", 2.0, 0.7))
    ]
    found = figures_of({"figures": figures})
    assert found == {"figures": {"W2 (with root)": (1.0, 0.5)}, "validation": {"W2 (with root)": (2.0, 0.7)}}


def test_the_files_of_a_sweep_are_written(tmp_path):
    files = [tmp_path / f"sweep.{suffix}" for suffix in ("csv", "html", "png", "pdf", "svg", "txt")]
    write_comparison("a", compare(rows(), VALUES), files)
    assert files[0].read_text().startswith("training.rate,seeds,")
    assert files[1].read_text().startswith("<!doctype html>")
    assert files[2].read_bytes().startswith(b"\x89PNG")
    assert files[3].read_bytes().startswith(b"%PDF")
    assert files[4].read_text().startswith("<?xml")
    assert len(files[5].read_text()) > 40
