"""Random configurations, for hypothesis: right ones as the schema allows them, and the same with mistakes in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from workflow.mistakes import resolved, schema

SCHEMA = schema()
PICTURE = {"picture": {"path": "left.png"}}
PATHS = st.sampled_from(["left.png", "no such file.png", "a b/$(touch x)'\".png", "../up.png", "ü" * 90])
SWEPT = st.sampled_from(
    ["training.learning_rate", "network.width", "network", "device", "seeds", "samples.seed", "a.b"]
)
SWEPT_VALUES = st.one_of(st.integers(1, 64), st.sampled_from([0.1, 1e-7, "cpu", "a b", True, [1, 2], {"name": "mlp"}]))
STEPS_AT_MOST = 40  # of the trajectory: each is a file, and many make large workflows


def value(schema: Mapping[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """What a part of the schema allows."""
    schema = resolved(schema)
    if "anyOf" in schema:  # a value or none, which is not written
        return value(schema["anyOf"][0], name)
    if "oneOf" in schema:
        return st.one_of([value(own) for own in schema["oneOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if name == "path":
        return PATHS
    kind = schema.get("type")
    if name in ("grid", "zip"):
        return st.dictionaries(SWEPT, st.lists(SWEPT_VALUES, min_size=1, max_size=2), max_size=2)
    if kind == "object":
        return section(schema)
    if kind == "integer":
        step = schema.get("multipleOf", 1)
        low, high = -(-schema["minimum"] // step), schema["maximum"] // step
        if name in ("steps", "size", "stride", "points", "width"):
            high = min(high, low + STEPS_AT_MOST)
        return st.integers(low, high).map(lambda units: units * step)
    if kind == "number":
        low, high = (schema.get(end, schema.get(f"exclusive{end.capitalize()}")) for end in ("minimum", "maximum"))
        without = {f"exclude_{end[:3]}": f"exclusive{end.capitalize()}" in schema for end in ("minimum", "maximum")}
        return st.floats(low, high, **without, allow_subnormal=False)
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        return array(schema)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    return st.text(min_size=schema.get("minLength", 0), max_size=20)


def array(schema: Mapping[str, Any]) -> st.SearchStrategy[list[Any]]:
    """A list as the schema allows it."""
    if "prefixItems" in schema:
        return st.tuples(*map(value, schema["prefixItems"])).map(list)
    few = min(schema.get("maxItems", 4), 4)
    return st.lists(
        value(schema["items"]),
        min_size=schema.get("minItems", 0),
        max_size=few,
        unique=schema.get("uniqueItems", False),
    )


def section(schema: Mapping[str, Any], without: Sequence[str] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """A section with all its required keys and some of the others."""
    own = {key: value(sub, key) for key, sub in schema["properties"].items() if key not in without}
    required = [key for key in schema.get("required", []) if key not in without]
    return st.fixed_dictionaries(
        {key: own[key] for key in required}, optional={key: own[key] for key in own if key not in required}
    )


def density(images: bool) -> st.SearchStrategy[dict[str, Any]]:
    """A source or target of points or of images, or a Gaussian, which is of both."""
    kinds = SCHEMA["$defs"]["Density"]["properties"]
    chosen = ["gaussian", *(["dataset", "folder"] if images else ["picture"])]
    return st.one_of([st.fixed_dictionaries({kind: value(kinds[kind])}) for kind in chosen])


@st.composite
def experiments(draw: st.DrawFn) -> dict[str, Any]:
    """An experiment that mostly is a possible one."""
    images = draw(st.booleans())
    own: dict[str, Any] = draw(section(SCHEMA["$defs"]["Experiment"], without=("source", "target")))
    own |= {"source": draw(density(images)), "target": draw(density(images))}
    if draw(st.integers(0, 9)):  # mostly what fits, seldom what any schema allows
        own["network"] = {"name": draw(st.sampled_from(["unet", "residual"] if images else ["mlp"])), "width": 8}
        length = draw(st.sampled_from(["steps", "epochs"]))
        own["training"] = {key: own["training"][key] for key in own["training"] if key not in ("steps", "epochs")}
        own["training"] |= {length: draw(st.integers(1, 1000)), "batch_size": draw(st.integers(1, 100))}
        for key in ("from", "objective"):
            own["training"].pop(key, None)
        own.pop("reflow", None)
        for name, keys in (("sampling", ("classes", "guidance")), ("animation", ("axes",))):
            own[name] = {key: own[name][key] for key in own.get(name, {}) if key not in keys}
        own.pop("condition", None)
        if "dataset" in own["target"] and draw(st.booleans()):
            own |= {"condition": draw(value(SCHEMA["$defs"]["Condition"]))}
            own["sampling"]["guidance"] = draw(value(SCHEMA["$defs"]["Guidance"]))
        for side in ("source", "target"):
            for settings in own[side].values():
                settings |= {"size": 16} if "size" in settings else {}
                settings.pop("channels", None)
                settings.pop("margin", None)
    return own


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    """A configuration without mistakes of form."""
    names = draw(
        st.lists(value({"type": "string", "pattern": r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}"}), min_size=1, max_size=3)
    )
    others = ("defaults", "experiments", "default_experiments", "compare", "published")
    own: dict[str, Any] = draw(section(SCHEMA, without=others))
    own["experiments"] = {name: draw(experiments()) for name in names}
    return own


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["1e-3", "$(touch x)", "../..", "a" * 300, "Ünï", "{seed}", "'; touch x", [], {}, [[]], {"a": {}}]),
)


def places(config: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values of a configuration."""
    inside = config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    return [path, *(place for key, own in inside for place in places(own, (*path, key)))]


@st.composite
def with_mistakes(draw: st.DrawFn) -> dict[str, Any]:
    """A configuration in which some values are replaced, removed, or added under other keys."""
    config = draw(configurations())
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(config)[1:] or [("defaults",)]))
        inside: Any = config
        for key in path[:-1]:
            inside = inside[key]
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "replace":
            inside[path[-1]] = draw(ODD)
        elif change == "remove":
            inside.pop(path[-1], None) if isinstance(inside, dict) else inside.pop(path[-1])
        elif isinstance(inside, dict):
            inside[draw(st.one_of(st.text(max_size=12), st.integers(), st.just("stepz")))] = draw(ODD)
    return config
