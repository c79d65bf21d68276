from small import SIZES, training

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.training.recipe import Recipe

SOURCE, TARGET = Gaussian(mean=0.5, std=2.0), Dataset(name="digits", size=8)
CANONICAL = {
    "source": SOURCE.described(),
    "target": TARGET.described(),
    "network": SIZES["unet"].canonical(),
    "training": training(epochs=3, ema=0.9).canonical(),
    "device": "cpu",
    "precision": "float32",
}


def test_a_recipe_is_of_typed_sections():
    recipe = Recipe.of(CANONICAL)
    assert (recipe.source, recipe.network) == (SOURCE, SIZES["unet"])
    assert isinstance(recipe.target, Dataset)
    assert (recipe.target.shape(), recipe.target.margin) == ((1, 8, 8), 0)
    assert (recipe.training.epochs, recipe.training.steps, recipe.training.ema) == (3, None, 0.9)
    assert (recipe.device, recipe.precision) == ("cpu", "float32")


def test_its_sections_say_what_they_were_told():
    recipe = Recipe.of(CANONICAL)
    assert recipe.network.canonical() == CANONICAL["network"]
    assert recipe.training.canonical() == CANONICAL["training"]
    assert {side: getattr(recipe, side).described() for side in ("source", "target")} == {
        side: CANONICAL[side] for side in ("source", "target")
    }
