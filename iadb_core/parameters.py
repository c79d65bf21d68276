"""A network's parameters in one tensor, so that one kernel updates, averages or converts them all."""

from collections.abc import Sequence

from torch import Tensor, nn

ALIGNMENT = 16  # values: every parameter begins on a cache line


def flat_views(parameters: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
    """Zeros in one tensor, (values,), and views of it in the shapes and memory layouts of the parameters."""
    lengths = [-(-parameter.numel() // ALIGNMENT) * ALIGNMENT for parameter in parameters]
    values = parameters[0].detach().new_zeros(sum(lengths))
    chunks = values.split(lengths)
    views = [chunk.as_strided(like.shape, like.stride()) for chunk, like in zip(chunks, parameters, strict=True)]
    return values, views


def flatten(network: nn.Module) -> Tensor:
    """Move a network's parameters into one tensor, (values,), of which they become views; returns it."""
    parameters = list(network.parameters())
    values, views = flat_views(parameters)
    for parameter, view in zip(parameters, views, strict=True):
        parameter.data = view.copy_(parameter.detach())
    return values
