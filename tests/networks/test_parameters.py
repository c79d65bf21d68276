import small
import torch
from torch import nn

from iadb_core.networks.building import laid_out
from iadb_core.networks.parameters import flat_matrices, flat_views, flatten


def network():
    return laid_out(small.network("unet", (3, 8, 8), width=5))


def test_flattening_changes_no_value_no_shape_and_no_layout():
    before, flat = network(), network()
    values = flatten(flat)
    for old, new in zip(before.parameters(), flat.parameters(), strict=True):
        assert torch.equal(old, new)
        assert old.stride() == new.stride()
    assert values.numel() % 16 == 0


def test_the_parameters_are_views_of_the_flat_values():
    flat = network()
    values = flatten(flat)
    values.fill_(2.5)
    assert all((parameter == 2.5).all() for parameter in flat.parameters())
    with torch.no_grad():
        for parameter in flat.parameters():
            parameter.zero_()
    assert values.count_nonzero() < values.numel() - sum(p.numel() for p in flat.parameters()) + 1


def test_views_begin_on_cache_lines_and_do_not_overlap():
    parameters = [nn.Parameter(torch.empty(size)) for size in ((3, 5), (1,), (17,))]
    values, views = flat_views(parameters)
    assert [view.storage_offset() for view in views] == [0, 16, 32]
    for number, view in enumerate(views):
        view.fill_(number + 1)
    assert [view.unique().tolist() for view in views] == [[1], [2], [3]]
    assert values.numel() == 16 + 16 + 32


def test_matrices_are_where_the_weights_lie():
    flat = network()
    values = flatten(flat)
    matrices = flat_matrices(flat, without=[flat.out])
    weights = [p for name, p in flat.named_parameters() if p.ndim > 1 and not name.startswith("out.")]
    assert len(matrices) == len(weights)
    for (begin, rows, columns), weight in zip(matrices, weights, strict=True):
        matrix = values[begin : begin + rows * columns].view(rows, columns)
        expected = weight.permute(0, 2, 3, 1).flatten(1)  # as it lies in memory, channels last
        assert torch.equal(matrix, expected)
