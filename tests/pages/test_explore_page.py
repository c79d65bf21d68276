"""explore.html in a real browser: what it shows and computes, and what each control does."""

import re

import numpy as np
import pytest
import torch
from browsing import needs_browser, opened
from conftest import copied
from test_page_networks import network_of

from iadb_core.data.kinds.distribution import Distribution
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.networks import checkpoint
from iadb_core.networks.mlp import MLP
from iadb_core.networks.settings import Conditions
from iadb_core.pages.explore import Shown, explore_page
from iadb_core.sampling.model import load_model
from iadb_core.sampling.sampler import Sampler, Way

pytestmark = needs_browser
HOSTILE = '</script><img src=x onerror="document.title=1"><b>&'


@pytest.fixture(scope="module")
def made(finished, tmp_path_factory):
    """The page of a small experiment of the workflow, and its model."""
    workspace = copied(finished, tmp_path_factory.mktemp("explore") / "project")
    ran = workspace.snakemake("results/points/explore.html")
    assert ran.returncode == 0, ran.stderr
    return workspace.path("results/points/explore.html"), workspace.path("results/points/seed0/model.pt")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A page of two models that are told classes, one of which jumps, with names that are no names."""
    folder, models = tmp_path_factory.mktemp("told"), []
    settings = {"classes": [HOSTILE, "other"], "condition": {"label": {"drop": 0.1}}}
    for name, jumps in ((HOSTILE, 0), ("jumping", 1)):
        conditions = Conditions(classes=2, jumps=jumps)
        sizes = MLP(width=16, hidden_layers=2)
        path = str(folder / f"{jumps}.pt")
        checkpoint.save(path, network_of(sizes, conditions), sizes, (2,), settings, 0, 5, None, conditions)
        models.append(Shown(name, path, "map" if jumps else "euler", 1 if jumps else 8))
    source, target = Gaussian(), Distribution(name="moons", noise=0.1)
    random = np.random.default_rng(0)
    starts, held_out = (torch.from_numpy(own.draw((2,), 600, random)) for own in (source, target))
    path = folder / "explore.html"
    path.write_text(explore_page(HOSTILE, 0, models, source, target, starts, held_out), "utf-8")
    return path


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


def test_each_mover_can_be_chosen(made):
    with opened(made[0], "#nfe=4") as own:
        own.settled()
        ends = {}
        for by in ("network", "exact", "chance", "pairs"):
            own.page.check(f"input[name=by][value={by}]")
            own.settled()
            ends[by] = own.value("Array.from(explored.computed.states.at(-1)).slice(0, 20)")
            assert (own.page.inner_text("#distance") == "–") == (by == "pairs")
        assert len({str(own) for own in ends.values()}) == 4
        assert own.page.is_disabled("#solver")
        own.page.check("input[name=by][value=chance]")
        own.settled()
        before = own.value("explored.computed.key")
        own.page.click("#again")
        own.settled()
        assert own.value("explored.computed.key") != before
        assert own.said == []


def test_playing_goes_from_the_source_to_the_target_and_can_be_stopped(made):
    with opened(made[0]) as own:
        own.settled()
        own.page.click("#play")
        own.until("explored.chosen.alpha > 0.05 && explored.chosen.alpha < 0.9")
        assert own.page.inner_text("#play") == "Pause"
        own.page.click("#play")
        stopped = own.value("explored.chosen.alpha")
        own.page.wait_for_timeout(200)
        assert own.value("explored.chosen.alpha") == stopped < 1
        own.page.click("#play")
        own.until("explored.chosen.alpha === 1")
        assert own.page.inner_text("#play") == "Play"


def test_a_start_is_dragged_and_moved_by_keys_and_its_two_ends_are_compared(made):
    with opened(made[0], "#solver=euler&nfe=8") as own:
        own.settled()
        assert own.page.inner_text("#apart") == "–"
        box = own.page.locator("#view").bounding_box()
        own.page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.4 * box["height"])
        own.page.mouse.down()
        own.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
        own.page.mouse.up()
        own.until("document.getElementById('apart').textContent !== '–'")
        assert own.value("explored.chosen.start") == pytest.approx([0.5, 0.3], abs=0.02)  # row, column
        assert len(own.value("explored.trace.own")) == 9
        assert float(own.page.inner_text("#apart")) == pytest.approx(own.value("explored.trace.apart"), abs=1e-4)
        own.page.focus("#view")
        own.page.keyboard.press("ArrowDown")
        assert own.value("explored.chosen.start[0]") > 0.5


def test_a_target_is_painted_and_the_points_flow_into_it(made):
    with opened(made[0]) as own:
        own.settled()
        own.page.check("#draw")
        assert "Paint a target" in own.page.inner_text("#said")
        box = own.page.locator("#view").bounding_box()
        own.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
        own.page.mouse.down()
        own.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"], steps=8)
        own.page.mouse.up()
        own.settled()
        assert own.page.is_disabled("input[name=by][value=network]")
        distance, floor = (float(own.page.inner_text(which).split()[0]) for which in ("#distance", "#floor"))
        assert distance < 2 * floor + 0.01
        address = own.page.url.partition("#")[2]
        ends = own.value("Array.from(explored.computed.states.at(-1)).slice(0, 10)")
        own.page.uncheck("#draw")
        own.settled()
        assert own.value("explored.chosen.by") == "network"
        assert own.said == []
    with opened(made[0], f"#{address}") as other:
        other.settled()
        assert other.value("Array.from(explored.computed.states.at(-1)).slice(0, 10)") == pytest.approx(ends)


def test_a_picture_is_taken_for_a_target(made, tmp_path):
    from PIL import Image

    Image.fromarray(np.kron(np.eye(2), np.ones((40, 30))).astype(np.uint8) * 255).save(tmp_path / "two.png")
    (tmp_path / "no.png").write_bytes(b"no picture")
    with opened(made[0]) as own:
        own.settled()
        own.page.set_input_files("#file", tmp_path / "no.png")
        own.until("document.getElementById('said').classList.contains('wrong')")
        own.page.set_input_files("#file", tmp_path / "two.png")
        own.until("explored.chosen.drawn")
        own.settled()
        cells = np.array(own.value("Array.from(explored.drawing.cells)")).reshape(64, 64)
        assert (cells[:32, :32] > 127).mean() > 0.9 > 0.1 > (cells[:32, 32:] > 127).mean()


def test_a_picture_with_greys_comes_back_from_the_address(made, tmp_path):
    from PIL import Image

    ramp = np.tile(np.linspace(0, 120, 64), (64, 1)).astype(np.uint8)  # dim, and of many levels
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    with opened(made[0]) as own:
        own.settled()
        own.page.set_input_files("#file", tmp_path / "ramp.png")
        own.until("explored.chosen.drawn")
        own.settled()
        levels = own.value("Array.from(new Set(explored.drawing.cells)).sort((a, b) => a - b)")
        figures = own.page.inner_text("#distance"), own.page.inner_text("#floor")
        address = own.page.url.partition("#")[2]
    assert levels == [0, 85, 170, 255]
    with opened(made[0], f"#{address}") as other:
        other.settled()
        assert (other.page.inner_text("#distance"), other.page.inner_text("#floor")) == figures


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


def test_a_measurement_is_of_what_was_chosen_when_it_began(made):
    with opened(made[0], "#solver=euler&nfe=8") as own:
        own.settled()
        own.page.click("#measure")
        own.value("(explored.choose({ by: 'pairs' }), null)")
        own.until("!explored.controls.measuring")
        own.settled()
        assert own.value("Array.from(explored.chart.found.keys())") == ["network euler"]
        own.page.click("#reset")
        own.settled()
        own.value("(explored.choose({ backward: true }), null)")
        own.settled()
        about = own.value("Array.from(explored.chart.found.values()).map((own) => own.values.size)")
        assert about == [1]  # what was about the target is forgotten


def test_chance_is_the_same_however_many_workers_there_are(made):
    with opened(made[0], "#by=chance&nfe=4&seed=3") as own:
        own.settled()
        ends = own.value("Array.from(explored.computed.states.at(-1))")
        own.value("(explored.pool.withoutWorkers(), explored.choose({ nfe: 8 }), null)")
        own.settled()
        own.value("(explored.choose({ nfe: 4 }), null)")
        own.settled()
        assert own.value("Array.from(explored.computed.states.at(-1))") == ends


def test_the_chart_keeps_what_evaluations_bought(made):
    with opened(made[0], "#solver=midpoint") as own:
        own.settled()
        own.page.click("#measure")
        own.until("explored.chart.found.get('network midpoint').values.size >= 7")
        own.page.wait_for_selector("#measure:enabled")
        values = dict(own.value("Array.from(explored.chart.found.get('network midpoint').values)"))
        assert set(values) == {2, 4, 8, 16, 32, 64, 128}  # one evaluation makes no step
        assert own.page.locator("#chart .mark").count() >= 7


def test_each_step_of_the_lesson_sets_the_controls(made):
    with opened(made[0], reduced_motion="reduce") as own:
        own.settled()
        chosen = []
        for step in range(1, 6):
            own.page.click(f"[data-step='{step}']")
            own.settled()
            assert own.page.is_visible(f"#step-{step}")
            assert own.page.get_attribute(f"[data-step='{step}']", "aria-expanded") == "true"
            chosen.append(own.value("JSON.stringify(explored.chosen)"))
        assert len(set(chosen)) == 5
        own.page.click("[data-step='4']")
        distances = {}
        for which in ("euler", "midpoint"):
            own.page.click(f"[data-try='{which}']")
            own.settled()
            assert own.value("explored.computed.evaluations") == 8
            distances[which] = own.value("explored.computed.distance")
        assert distances["euler"] != distances["midpoint"]
        own.page.click("#reset")
        assert own.page.is_hidden("#step-4")
        assert own.said == []


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


def test_each_layer_can_be_shown_and_the_picture_be_saved(made, tmp_path):
    from PIL import Image

    with opened(made[0], "#nfe=8&show=&alpha=0.5") as own:
        own.settled()

        def shown():
            own.settled()
            own.page.wait_for_timeout(60)
            return own.value("document.getElementById('view').toDataURL()")

        empty = shown()
        for layer in ("points", "paths", "field", "source", "target", "density"):
            own.page.check(f"#show-{layer}")
            assert shown() != empty, layer
            own.page.uncheck(f"#show-{layer}")
            assert shown() == empty, layer
        own.page.check("#trace")
        assert shown() != empty
        with own.page.expect_download() as download:
            own.page.click("#save")
        download.value.save_as(tmp_path / "saved.png")
        with Image.open(tmp_path / "saved.png") as picture:
            assert picture.width == picture.height == own.value("document.getElementById('view').width")


def test_what_was_painted_is_erased_and_cleared(made):
    with opened(made[0]) as own:
        own.settled()
        own.page.check("#draw")
        box = own.page.locator("#view").bounding_box()

        def stroke():
            own.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"])
            own.page.mouse.down()
            own.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.6 * box["height"], steps=4)
            own.page.mouse.up()
            own.settled()

        def filled():
            return own.value("explored.drawing.cells.reduce((sum, cell) => sum + (cell > 0), 0)")

        stroke()
        thin = filled()
        own.page.locator("#brush").fill("0.12")
        stroke()
        assert filled() > 2 * thin > 0
        own.page.check("#erase")
        stroke()
        assert filled() == 0
        assert own.page.inner_text("#distance") == "–"
        own.page.uncheck("#erase")
        stroke()
        own.page.click("#clear")
        own.settled()
        assert filled() == 0
        assert "Paint a target" in own.page.inner_text("#said")


def test_a_tighter_tolerance_takes_more_evaluations(made):
    with opened(made[0], "#solver=dopri5&tolerance=0.01") as own:
        own.settled()
        loose = own.value("explored.computed.evaluations")
        own.page.locator("#tolerance").fill("3")
        own.settled()
        assert own.page.inner_text("#tolerance-value") == "1e-5"
        assert own.value("explored.computed.evaluations") > loose
        assert own.page.is_disabled("#nfe")


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
