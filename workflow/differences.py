"""What differs between configurations, and only that."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

NOT_THERE = "–"


def differences(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """By key, with dots, what each of several configurations has, where they do not all have the same.

    settings: by name.
    """
    flat = {name: dict(_flat(own)) for name, own in settings.items()}
    keys = dict.fromkeys(key for own in flat.values() for key in own)
    told = {key: {name: _text(own.get(key)) for name, own in flat.items()} for key in keys}
    return {key: values for key, values in told.items() if len(set(values.values())) > 1}


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        place = f"{above}.{key}" if above else str(key)
        if isinstance(value, Mapping) and value:
            yield from _flat(value, place)
        else:
            yield place, value


def _text(value: Any) -> str:
    if value is None:
        return NOT_THERE
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
