"""results/compare/<name>.html: experiments side by side, and what differs between them."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

import pandas

from iadb_core.pages.page import rendered
from iadb_core.pages.table import rows_of


def compare_page(
    title: str,
    names: Sequence[str],
    differences: Mapping[str, Mapping[str, str]],
    table: pandas.DataFrame,
    caption: str,
    picture: bytes,
    samples: bytes,
) -> str:
    """The page of a comparison. names: of the experiments. differences: by key and name. table: every figure.

    picture, samples: PNG files; caption: of the first.
    """
    return rendered(
        "compare",
        "table",
        ("start",),
        title=title,
        experiments=names,
        differences=differences,
        caption=caption,
        picture=_address(picture),
        samples=_address(samples),
        **rows_of(table),
    )


def _address(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode()
