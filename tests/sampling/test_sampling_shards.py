import pytest

from iadb_core.sampling.shards import joined_summary, shard_rows


@pytest.mark.parametrize(
    ("count", "batch_size", "of"), [(100, 16, 4), (100, 16, 1), (5, 16, 3), (64, 16, 4), (1, 1, 2)]
)
def test_shards_are_whole_batches_and_all_of_the_samples(count, batch_size, of):
    rows = [shard_rows(number, of, count, batch_size) for number in range(1, of + 1)]
    assert [i for part in rows for i in range(count)[part]] == list(range(count))
    assert all(part.start % batch_size == 0 or part.start == count for part in rows)


def test_what_is_known_of_shards_is_summed_or_put_side_by_side():
    one = {"samples": 30, "evaluations": 60, "seconds": 1.0, "solver": "euler", "hardware": "A"}
    two = {"samples": 10, "evaluations": 60, "seconds": 3.0, "solver": "euler", "hardware": "B"}
    expected = {"samples": 40, "nfe": 3.0, "samples_per_second": 10.0, "solver": "euler", "hardware": "A; B"}
    assert joined_summary([one, two]) == expected
