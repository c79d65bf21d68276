import numpy as np
import pytest
import torch

from iadb_core.data import point_tables
from iadb_core.data.density import UNIT, Box
from iadb_core.data.histograms import histogram
from iadb_core.data.holding_out import split
from iadb_core.data.kinds.points import Points
from iadb_core.data.point_tables import read_table
from iadb_core.data.registry import density_of
from iadb_core.method.laws import Finite
from iadb_core.system.errors import InputError

VALUES = np.random.default_rng(0).normal((1.0, -20.0, 300.0), (0.5, 4.0, 100.0), (40, 3))
NAMES = ["a", "b", "c"]
CLASSES = ["red", "green"] * 20


@pytest.fixture
def table(tmp_path):
    """A table with three numbers and a class a row."""
    lines = [",".join([*NAMES, "colour"])]
    lines += [",".join([*map(repr, map(float, row)), name]) for row, name in zip(VALUES, CLASSES, strict=True)]
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n")
    return str(tmp_path / "table.csv")


def looked_into(**settings):
    density = Points(**settings)
    return density.with_found(density.found())


def test_it_has_the_columns_that_are_numbers_or_those_that_are_named(table):
    density = looked_into(path=table)
    assert (density.shape(), density.names) == ((3,), NAMES)
    rows = split(len(VALUES), 5)
    for part, expected in zip(density.read("data", 5), rows, strict=True):
        assert np.array_equal(part.samples, VALUES[expected].astype(np.float32))
        assert part.labels is None
    two = looked_into(path=table, columns=["c", "a"])
    assert np.array_equal(two.read("data", 5).train.samples, VALUES[rows.train][:, [2, 0]].astype(np.float32))


def test_standardised_the_network_sees_other_values_than_are_measured(table):
    density = looked_into(path=table, standardise=True)
    stored = torch.from_numpy(VALUES.astype(np.float32))
    seen = density.network_values(stored)
    assert seen.mean(dim=0) == pytest.approx(torch.zeros(3), abs=1e-5)
    assert seen.std(dim=0, correction=0) == pytest.approx(torch.ones(3), abs=1e-4)
    assert density.true_values(seen.numpy()) == pytest.approx(VALUES, rel=1e-4)
    again = density_of(density.described())  # as a job has it, which does not know the file
    assert torch.equal(again.network_values(stored), seen)
    law = density.law(stored.numpy())
    assert isinstance(law, Finite)
    assert torch.equal(law.samples, seen)
    plain = looked_into(path=table)
    assert torch.equal(plain.network_values(stored), stored)
    assert density.made_of() == plain.made_of()  # the same files of samples


def test_a_constant_column_is_not_divided_by_nothing(tmp_path):
    np.save(tmp_path / "a.npy", np.stack([np.arange(5.0), np.full(5, 3.0)], axis=1))
    density = looked_into(path=str(tmp_path / "a.npy"), standardise=True)
    assert density.network_values(torch.tensor([[2.0, 3.0]])) == pytest.approx(torch.zeros(1, 2))


def test_labels_are_split_as_the_points_are(table):
    density = looked_into(path=table, label="colour")
    assert (density.names, density.class_names()) == (NAMES, ["green", "red"])
    codes = np.array([1, 0] * 20)
    for part, rows in zip(density.read("data", 3), split(len(VALUES), 3), strict=True):
        assert np.array_equal(part.labels, codes[rows])
    assert looked_into(path=table).class_names() is None


def test_classes_that_are_numbers_are_in_their_order_and_a_missing_one_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("x,kind\n1,10\n2,9\n3,10\n")
    density = looked_into(path=str(tmp_path / "a.csv"), label="kind")
    assert density.class_names() == ["9", "10"]
    (tmp_path / "a.csv").write_text("x,kind\n1,a\n2,\n3,c\n")
    with pytest.raises(InputError, match="1 of 3 rows have no kind; fill or remove them"):
        looked_into(path=str(tmp_path / "a.csv"), label="kind")


def test_a_number_that_is_a_class_is_no_coordinate(tmp_path):
    (tmp_path / "a.csv").write_text("x,y,kind\n1,2,0\n3,4,1\n")
    assert looked_into(path=str(tmp_path / "a.csv"), label="kind").names == ["x", "y"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "1,2\n3,4\n"),
        ("a.csv", "1;2\n3;4\n"),
        ("a.tsv", "1\t2\n3\t4\n"),
        ("a.csv", "\ufeffx0,x1\n1,2\n3,4\n"),
        ("a.csv", "x0; x1\n1;2\n3;4\n"),
        ("a.csv", "x0,x1\r\n1,2\r\n3,4\r\n"),
    ],
)
def test_text_of_many_kinds_is_read(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    found = read_table(str(tmp_path / name))
    assert (found.names, found.values.tolist()) == (["x0", "x1"], [[1, 2], [3, 4]])


def test_arrays_of_any_dimension_from_one(tmp_path):
    for shape, names in (((6,), ["x0"]), ((6, 1), ["x0"]), ((6, 12), [f"x{i}" for i in range(12)])):
        np.save(tmp_path / "a.npy", np.ones(shape, np.float32))
        assert read_table(str(tmp_path / "a.npy")).names == names
    np.save(tmp_path / "a.npy", np.ones((2, 3, 4)))
    with pytest.raises(InputError, match=r"a\.npy holds an array of shape \(2, 3, 4\); points are"):
        read_table(str(tmp_path / "a.npy"))


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        (None, {}, r"a\.csv does not exist"),
        ("x,y\n1,2\n,4\n5,inf\n", {}, r"2 of 3 rows have no number in x, y: rows 2, 3; fill or remove"),
        ("x,y\n1,2\n,4\n", {}, r"1 of 2 rows have no number in x: rows 2; fill"),
        ("x,y\n1,2\n3,4\n", {"columns": ["x", "z"]}, r"has no column 'z'; it has x, y"),
        ("x,y\n1,2\n3,4\n", {"label": "kind"}, r"has no column 'kind'; it has x, y"),
        ("x,y\na,b\nc,d\n", {}, r"0 columns of numbers"),
        ("x,y\n1,a\n3,b\n", {"columns": ["y"]}, r"a column is no numbers"),
        ("x,y\n1,2\n", {}, r"1 rows are too few"),
        ("", {}, r"a\.csv has no rows"),
    ],
)
def test_what_cannot_be_is_told(tmp_path, text, settings, message):
    if text is not None:
        (tmp_path / "a.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        looked_into(path=str(tmp_path / "a.csv"), **settings)


def test_a_table_that_was_not_looked_into_has_no_shape(table):
    with pytest.raises(InputError, match="has not been looked into"):
        Points(path=table).shape()


def test_without_pyarrow_parquet_is_answered_with_what_to_install(tmp_path, monkeypatch):
    import pandas

    def missing(path):
        raise ImportError("no pyarrow")

    monkeypatch.setattr(pandas, "read_parquet", missing)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"a\.parquet: reading \.parquet needs pyarrow: pip install pyarrow"):
        point_tables.read_table(str(tmp_path / "a.parquet"))


def test_a_parquet_table_is_read_by_its_columns(tmp_path):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(VALUES, columns=NAMES).assign(colour=CLASSES)
    frame.to_parquet(tmp_path / "a.parquet")
    density = looked_into(path=str(tmp_path / "a.parquet"), columns=["c", "b"], label="colour")
    assert (density.names, density.class_names()) == (["c", "b"], ["green", "red"])
    assert density.read("data", 0).train.samples == pytest.approx(VALUES[split(40, 0).train][:, [2, 1]], rel=1e-6)


def test_its_rows_are_seen_behind_points(table, tmp_path):
    density = looked_into(path=table, standardise=True)
    box, axes = Box((-3.0, -3.0), 6.0, True), np.eye(3)[:, [2, 0]]
    seen = density.behind(box, axes)
    assert seen.max() == 1
    rows = density.network_values(torch.from_numpy(VALUES)).numpy() @ axes
    assert np.array_equal(seen, histogram(rows, box))
    alike = looked_into(path=table).behind(Box((0.0, -50.0), 600.0, True), axes)
    assert alike is not None
    for unknown in (density_of(density.described()), density.model_copy(update={"path": str(tmp_path / "gone.csv")})):
        assert unknown.behind(box, axes) is None
    assert density.behind(UNIT, axes) is None


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("x\n1.5\n2.5\n3.5\n", ["x"], 3),
        ("value\n1\n2\n3\n", ["value"], 3),
        ("age\n31\n27\n", ["age"], 2),
        ("height\n1e-3\n2.5e2\n", ["height"], 2),
        ("0.5\n0.25\n0.125\n", ["x0"], 3),
        ("1\n2\n3\n", ["x0"], 3),
        ("# made by hand\n# twice\nx,y\n1,2\n3,4\n", ["x", "y"], 2),
        ("x;y\n1,25;2\n3,5;4,5\n", ["x", "y"], 2),
        ("1,25;2\n3,5;4,5\n", ["x0", "x1"], 2),
        ("x|y\n1|2\n3|4\n", ["x", "y"], 2),
        ('"a, b",c\n1,2\n3,4\n', ["a, b", "c"], 2),
    ],
)
def test_what_separates_columns_is_seen_in_the_first_line(tmp_path, text, names, rows):
    (tmp_path / "a.csv").write_text(text)
    found = read_table(str(tmp_path / "a.csv"))
    assert (found.names, len(found.values)) == (names, rows)
    assert np.isfinite(found.values).all()


def test_decimal_commas_are_numbers(tmp_path):
    (tmp_path / "a.csv").write_text("x;y\n1,25;2\n3,5;4,5\n")
    assert read_table(str(tmp_path / "a.csv")).values.tolist() == [[1.25, 2], [3.5, 4.5]]


def test_a_column_that_is_numbers_but_for_some_cells_is_refused_and_one_of_words_is_told(tmp_path, caplog):
    (tmp_path / "a.csv").write_text("x,y,who\n1,2,ann\n?,3,bob\n3,1,cy\n")
    with pytest.raises(InputError, match=r"x is numbers but for '\?' in row 2: correct it, or name the `columns`"):
        looked_into(path=str(tmp_path / "a.csv"))
    (tmp_path / "b.csv").write_text("x,y,who\n1,2,ann\n2,3,bob\n3,1,cy\n4,4,di\n")
    density = looked_into(path=str(tmp_path / "b.csv"))
    with caplog.at_level("INFO", "iadb"):
        density.read("data", 0)
    assert "4 points of x, y, columns left out: who" in caplog.text
