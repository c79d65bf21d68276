import io

import numpy as np
import pandas
import pytest
from browsing import needs_browser, opened
from PIL import Image

from iadb_core.drawing.samples_beside import samples_beside
from iadb_core.pages.compare import compare_page

HOSTILE = "<img src=x onerror=alert(1)>"


def png(figure):
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


@pytest.mark.parametrize("shape", [(20, 1, 8, 8), (20, 3, 8, 8), (50, 2), (50, 1), (50, 5)])
def test_samples_stand_in_a_row_for_each_experiment(shape):
    random = np.random.default_rng(0)
    figure = samples_beside({"one": random.random(shape), "two": random.random(shape)})
    told = [axis.get_ylabel() or axis.get_title() for axis in figure.axes if axis.get_visible()]
    assert told == ["one", "two"]
    assert Image.open(io.BytesIO(png(figure))).size[0] > 300


@needs_browser
def test_a_comparison_tells_what_differs_and_every_figure(tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    table = pandas.DataFrame({"experiment": [HOSTILE, "b"], "figure": ["W2", "W2"], "mean": [0.1, 0.2]})
    differences = {"network.width": {HOSTILE: "8", "b": "16"}}
    picture = png(samples_beside({"b": np.random.default_rng(0).random((9, 2))}))
    text = compare_page("beside", [HOSTILE, "b"], differences, table, "What it shows.", picture, picture)
    (tmp_path / "compare.html").write_text(text, "utf-8")
    with opened(tmp_path / "compare.html", bypass_csp=True) as own:
        assert own.page.locator(".differences th[scope=row]").all_inner_texts() == ["network.width"]
        assert own.page.locator(".differences td").all_inner_texts() == ["8", "16"]
        assert own.page.locator("#count").inner_text() == "2 rows"
        own.page.fill("#filter", "b")
        assert own.page.locator("img").count() == 2  # the figures and the samples, and none of a name
        found = Axe().run(own.page)
        assert found.violations_count == 0, found.generate_report()
        assert own.said == []
