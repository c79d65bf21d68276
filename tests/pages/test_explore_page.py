"""explore.html in a real browser: what it computes, what it asks for, and whom it serves."""

import re

import numpy as np
import pytest
import torch
from browsing import needs_browser, opened
from explored import made, told  # noqa: F401
from hostile import HOSTILE

from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.sampling.model import load_model
from iadb_core.sampling.sampler import Sampler, Way

pytestmark = needs_browser


def test_it_asks_nothing_of_anyone_and_says_nothing_wrong(made):
    page, _ = made
    assert page.stat().st_size < 400_000
    with opened(page) as own:
        own.settled()
        assert own.said == []
        assert all(address.startswith(("file:", "blob:")) for address in own.asked)
        assert float(own.page.inner_text("#distance")) > 0
        floor, deviation = map(float, own.page.inner_text("#floor").split(" ± "))
        assert floor > deviation > 0


def test_it_says_which_models_have_learnt_from_other_pairs_than_those_of_its_exact_field(made, told):
    with opened(told) as own:
        own.settled()
        assert "other pairs than those by chance: jumping." in own.page.inner_text("#otherwise")
    with opened(made[0]) as own:
        own.settled()
        assert own.page.locator("#otherwise").count() == 0


@pytest.mark.parametrize(("solver", "steps"), [("euler", 8), ("midpoint", 4), ("rk4", 4), ("dopri5", 1)])
def test_its_points_end_where_python_has_them_end(made, solver, steps):
    page, path = made
    nfe = steps * (solver_of(solver).evaluations or 1)
    with opened(page, f"#solver={solver}&nfe={nfe}&tolerance=0.0001") as own:
        own.settled()
        starts, ends = (
            np.array(own.value(f"Array.from({what})"), np.float32).reshape(-1, 2)
            for what in ("explored.sets.source.first", "explored.computed.states.at(-1)")
        )
        evaluations = own.value("explored.computed.evaluations")
    model = load_model(str(path), "cpu", "float32")
    alphas = linear(32 if solver == "dopri5" else steps)
    way = Way(solver_of(solver).with_tolerances(1e-4, 1e-4), alphas, len(starts))
    expected = Sampler(model.field, way, torch.device("cpu")).ends(torch.from_numpy(starts)).numpy()
    assert np.abs(ends - expected).max() < 1e-4
    assert evaluations == model.evaluations / len(starts)


def test_what_is_chosen_stands_in_the_address_and_comes_back_from_it(made):
    page, _ = made
    with opened(page) as own:
        own.settled()
        own.page.select_option("#solver", "midpoint")
        own.page.locator("#nfe").fill("3")
        own.page.locator("#alpha").fill("0.5")
        own.page.check("#show-paths")
        own.page.check("#backward")
        own.settled()
        address = own.page.url.partition("#")[2]
        chosen = own.value("JSON.stringify(explored.chosen)")
    with opened(page, f"#{address}") as other:
        other.settled()
        assert other.value("JSON.stringify(explored.chosen)") == chosen
        assert other.page.input_value("#solver") == "midpoint"
        assert other.page.inner_text("#nfe-value") == "8"
        assert other.page.is_checked("#show-paths")
        assert other.page.is_checked("#backward")


@pytest.mark.parametrize(
    "address",
    ["#nfe=3&model=7&solver=<b>&alpha=2&start=1", "#start=NaN,1&told=9&by=nothing", "#%", "#drawn=!!&show=,x,"],
)
def test_an_address_that_says_what_cannot_be_is_read_as_far_as_it_can_be(made, address):
    with opened(made[0], address) as own:
        own.settled()
        assert own.said == []
        assert own.value("explored.chosen.by") == "network"


def test_while_it_computes_nothing_is_computed_twice_and_the_last_choice_wins(made):
    with opened(made[0], "#nfe=8") as own:
        own.settled()
        asked = own.value("explored.pool.next")
        own.value("(explored.choose({ by: 'exact', nfe: 32 }), null)")
        for step in range(10):
            own.value(f"(explored.choose({{ alpha: {step / 10} }}), null)")
        own.settled()
        assert own.value("explored.pool.next") - asked <= own.value("explored.pool.count")
        own.value("(explored.choose({ by: 'exact', nfe: 128 }), null)")
        own.page.wait_for_timeout(400)
        own.value("(explored.choose({ by: 'network', nfe: 8 }), null)")
        own.settled()
        own.until("!explored.running")
        assert own.value("explored.computed.request.by") == "network"
        assert own.page.get_attribute("#view", "aria-busy") == "false"
        assert own.page.inner_text("#said") != "computing …"
        assert own.said == []


def test_chance_is_the_same_however_many_workers_there_are(made):
    with opened(made[0], "#by=chance&nfe=4&seed=3") as own:
        own.settled()
        ends = own.value("Array.from(explored.computed.states.at(-1))")
        own.value("(explored.pool.withoutWorkers(), explored.choose({ nfe: 8 }), null)")
        own.settled()
        own.value("(explored.choose({ nfe: 4 }), null)")
        own.settled()
        assert own.value("Array.from(explored.computed.states.at(-1))") == ends


def test_names_are_text_and_classes_and_models_are_chosen(told):
    with opened(told) as own:
        own.settled()
        assert own.page.inner_text("h1") == HOSTILE
        assert own.page.locator("img").count() == 0
        assert own.page.locator("#told option").all_inner_texts()[1:] == [HOSTILE, "other"]
        assert own.page.title() != "1"
        untold = own.value("Array.from(explored.computed.states.at(-1)).slice(0, 10)")
        own.page.select_option("#told", "1")
        own.page.locator("#weight").fill("2")
        own.settled()
        assert own.value("explored.computed.evaluations") == 16  # guidance asks twice
        assert own.value("Array.from(explored.computed.states.at(-1)).slice(0, 10)") != untold
        own.page.select_option("#model", "1")
        own.settled()
        assert own.page.input_value("#solver") == "map"
        assert own.value("explored.computed.request.alphas.length") == 2
        assert own.page.locator("input[name=by]").count() == 2  # the moons have no density that is known
        assert own.said == []


@pytest.mark.parametrize("broken", ["cut", "unknown", "empty"])
def test_broken_data_is_told_on_the_page(made, tmp_path, broken):
    text = made[0].read_text("utf-8")
    data = re.search(r'(id="data">)(.*?)(</script>)', text, re.DOTALL)
    other = {"cut": data[2][: len(data[2]) // 2], "unknown": data[2].replace('"mlp"', '"other"'), "empty": "{}"}[broken]
    (tmp_path / "broken.html").write_text(text.replace(data[2], other), "utf-8")
    with opened(tmp_path / "broken.html") as own:
        assert own.page.inner_text("#failure").startswith("This page cannot show its model")
        assert own.page.is_visible("#failure")


def test_a_script_that_is_not_the_pages_own_does_not_run(made, tmp_path):
    text = made[0].read_text("utf-8").replace("</h1>", "</h1><script>document.title = 'run'</script>")
    (tmp_path / "other.html").write_text(text, "utf-8")
    with opened(tmp_path / "other.html") as own:
        own.settled()
        assert own.page.title() != "run"
        assert any("Content Security Policy" in said for said in own.said)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000, 2560])
def test_it_fits_every_size_and_is_accessible(told, made, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    for page in (made[0], told):
        with opened(page, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True) as own:
            own.settled()
            assert own.value("document.documentElement.scrollWidth") <= width
            found = Axe().run(own.page)
            assert found.violations_count == 0, found.generate_report()


def test_without_workers_it_computes_by_itself(made):
    with opened(made[0], "#nfe=8") as own:
        own.settled()
        with_workers = own.value("Array.from(explored.computed.states.at(-1)).slice(0, 10)")
        own.value("explored.pool.withoutWorkers()")
        own.page.locator("#nfe").fill("2")
        own.settled()
        own.page.locator("#nfe").fill("3")
        own.settled()
        assert own.value("Array.from(explored.computed.states.at(-1)).slice(0, 10)") == pytest.approx(with_workers)
