"""Every x₀ with any x₁, as they were drawn. Source: Heitz et al. 2023, section 3."""

from iadb_core.method.coupling import AsDrawn


class Independent(AsDrawn):
    """The samples as they came, drawn independently."""

    aligned = False


coupling = Independent
