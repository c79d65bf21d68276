"""Each x₀ with the x₁ that it belongs to: stored pairs, which are learnt as a map from one to the other."""

from iadb_core.method.coupling import AsDrawn


class Pairs(AsDrawn):
    """The samples as they came, drawn in one order, so that each row of one side has that of the other."""

    aligned = True


coupling = Pairs
