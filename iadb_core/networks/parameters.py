"""A network's parameters in one tensor, so that one kernel updates, averages or converts them all."""

from collections.abc import Sequence

from torch import Tensor, nn

ALIGNMENT = 16  # values: every parameter begins on a cache line


def padded(parameter: Tensor) -> int:
    """The number of flat values that a parameter takes."""
    return -(-parameter.numel() // ALIGNMENT) * ALIGNMENT


def flat_views(parameters: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
    """Zeros in one tensor, (values,), and views of it in the shapes and memory layouts of the parameters."""
    lengths = [padded(parameter) for parameter in parameters]
    values = parameters[0].detach().new_zeros(sum(lengths))
    chunks = values.split(lengths)
    views = [chunk.as_strided(like.shape, like.stride()) for chunk, like in zip(chunks, parameters, strict=True)]
    return values, views


def flat_matrices(network: nn.Module, without: Sequence[nn.Module]) -> list[tuple[int, int, int]]:
    """Where in the flat values the weights of two or more dimensions lie, as (begin, rows, columns).

    Rows are the first dimension, which is the outermost in memory in both layouts. without: modules to leave out.
    """
    left_out = {id(parameter) for module in without for parameter in module.parameters()}
    found, begin = [], 0
    for parameter in network.parameters():
        if parameter.ndim > 1 and id(parameter) not in left_out:
            found.append((begin, len(parameter), parameter.numel() // len(parameter)))
        begin += padded(parameter)
    return found


def flatten(network: nn.Module) -> Tensor:
    """Move a network's parameters into one tensor, (values,), of which they become views; returns it."""
    parameters = list(network.parameters())
    values, views = flat_views(parameters)
    for parameter, view in zip(parameters, views, strict=True):
        parameter.data = view.copy_(parameter.detach())
    return values
