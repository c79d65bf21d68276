"""Measured samples are made in shards: which samples a shard has, and what is known of all of them."""

from collections.abc import Iterable, Mapping
from typing import Any


def shard_rows(number: int, of: int, count: int, batch_size: int) -> slice:
    """Which of `count` samples are in a shard: whole batches, so that each sample is computed among the same others.

    number: from 1 to `of`. The last shards may have fewer samples, or none.
    """
    batches = -(-count // batch_size)
    size = -(-batches // of) * batch_size
    return slice(min(count, (number - 1) * size), min(count, number * size))


def joined_summary(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What is known of all shards, from what is of each: sums and rates; what differs, such as hardware, side by side.

    summaries: each with `samples`, network `evaluations` of single samples, and `seconds`.
    """
    each = list(summaries)
    samples, evaluations, seconds = (sum(one[key] for one in each) for key in ("samples", "evaluations", "seconds"))
    rest = [key for key in each[0] if key not in ("samples", "evaluations", "seconds")]
    values = {key: list(dict.fromkeys(one[key] for one in each)) for key in rest}
    return {
        "samples": samples,
        "nfe": evaluations / samples,
        "samples_per_second": samples / seconds,
        **{key: found[0] if len(found) == 1 else "; ".join(map(str, found)) for key, found in values.items()},
    }
