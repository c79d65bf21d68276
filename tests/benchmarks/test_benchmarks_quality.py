"""Quality against training time."""

from small import training

from benchmarks import quality


def test_only_trainings_that_do_not_depend_on_their_length_are_measured_on_the_way():
    constant = training(epochs=16, batch_size=64, decay="constant", ema=0.0)
    shape = (1, 32, 32)  # of which a block has 4 batches
    assert list(quality.lengths(constant, shape, 60_000, [1 / 16, 1, 1])) == [[936, 14_992]]
    falling = training(epochs=16, batch_size=64, decay="cosine", ema=0.0)
    assert list(quality.lengths(falling, shape, 60_000, [1, 0.5, 4])) == [[7496], [14_992], [59_968]]
