"""Points of any dimension, from a table."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from iadb_core.data.density import UNIT, Box, Read, Shape
from iadb_core.data.images import Step
from iadb_core.system.errors import InputError
from iadb_core.system.settings import PLACE, REQUIRED, setting

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from torch import Tensor

    from iadb_core.data.parts import Labelled, Parts
    from iadb_core.data.point_tables import Table
    from iadb_core.method.laws import Finite

FOUND = "Not to be given: it is found in the file."


class Points(Read):
    """Points of a table, a row each."""

    kind = "points"
    path: str = setting(
        REQUIRED,
        "A .npy, .csv, .tsv or .parquet file; no braces in its name; ~ is the home folder.",
        changes=PLACE,
        pattern="^[^{}]+$",
    )
    columns: list[str] | None = setting(
        None, "Names of the columns that are coordinates; by default all that are numbers.", min_length=1
    )
    label: str | None = setting(None, "The column of the classes, which is no coordinate.", min_length=1)
    standardise: bool = setting(
        False, "Whether the network sees each coordinate with mean 0 and deviation 1; figures are in the table's units."
    )
    names: list[str] = setting([], f"The coordinates. {FOUND}")
    scaling: list[Step] = setting([], f"Mean and deviation of each, if it is standardised. {FOUND}")
    classes: list[str] = setting([], "Not to be given: they are found in the file.", changes=PLACE)

    def shape(self) -> Shape:
        if not self.names:
            raise InputError("points: the table has not been looked into")
        return (len(self.names),)

    def coordinates(self) -> list[str] | None:
        return self.names

    def files(self) -> list[str]:
        return [os.path.expanduser(self.path)]

    def located(self, files: Sequence[str]) -> Self:
        return self.model_copy(update={"path": files[0]}) if files else self

    def made_of(self) -> dict[str, Any]:
        return {
            key: value for key, value in self.canonical(places=True).items() if key not in ("standardise", "scaling")
        }

    def found(self) -> dict[str, Any]:
        table = self._table()
        steps: list[tuple[float, float]] = []
        if self.standardise:
            means, deviations = table.values.mean(axis=0), table.values.std(axis=0)
            steps = [(float(mean), float(std) or 1.0) for mean, std in zip(means, deviations, strict=True)]
        return {"names": table.names, "scaling": steps, "classes": table.class_names}

    def with_found(self, found: Mapping[str, Any]) -> Self:
        scaling = [(mean, std) for mean, std in found["scaling"]]
        return self.model_copy(
            update={"names": list(found["names"]), "scaling": scaling, "classes": list(found["classes"])}
        )

    def class_names(self) -> list[str] | None:
        return self.classes or None

    def _table(self) -> "Table":
        from iadb_core.data.point_tables import read_table

        return read_table(self.files()[0], self.names or self.columns, self.label)

    def read(self, data_dir: "str | Path", seed: int) -> "Parts[Labelled]":
        from iadb_core.data.holding_out import parts_of_rows
        from iadb_core.system.progress import log

        table = self._table()
        told = f", columns left out: {', '.join(table.left_out)}" if table.left_out else ""
        log.info("%s points of %s%s", f"{len(table.values):,}", ", ".join(table.names), told)
        return parts_of_rows(table.values.astype("float32"), table.labels, seed)

    def network_values(self, stored: "Tensor") -> "Tensor":
        import torch

        from iadb_core.system.constants import constant

        values = stored.to(torch.float32)
        if not self.scaling:
            return values
        means, deviations = (constant(part, torch.float32, values.device) for part in zip(*self.scaling, strict=True))
        return (values - means) / deviations

    def true_values(self, values: "np.ndarray") -> "np.ndarray":
        import numpy as np

        if not self.scaling:
            return values
        means, deviations = (np.array(part, dtype=np.float32) for part in zip(*self.scaling, strict=True))
        true: np.ndarray = values * deviations + means
        return true

    def units(self, shape: "Shape") -> "np.ndarray":
        import numpy as np

        return np.array([std for _, std in self.scaling]) if self.scaling else np.ones(shape)

    def files_behind(self) -> list[str]:
        return self.files()

    def behind(self, box: Box = UNIT, axes: "np.ndarray | None" = None) -> "np.ndarray | None":
        """Its own rows, where they can be shown in the plane."""
        known = "path" in self.__dict__ and os.path.exists(self.files()[0])  # of a model file the path is not
        if axes is None or not box.upward or not known:
            return None
        import numpy as np
        import torch

        from iadb_core.data.histograms import histogram

        rows = self.network_values(torch.from_numpy(np.array(self._table().values))).numpy()
        return histogram(rows @ axes, box)

    def law(self, stored: "np.ndarray | None" = None) -> "Finite | None":
        import numpy as np
        import torch

        from iadb_core.method.laws import Finite

        return None if stored is None else Finite(self.network_values(torch.from_numpy(np.array(stored))))
