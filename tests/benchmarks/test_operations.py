"""How many FLOPs the works take."""

from benchmarks import operations


def test_operations_are_counted_as_by_hand():
    full, half, quarter, eighth = (size**2 for size in (32, 16, 8, 4))
    downs = {"a2": half, "b1": half, "b2": quarter, "c1": quarter, "c2": quarter, "c3": quarter, "c4": eighth}
    ups = {"u_up": eighth, "u": quarter, "v_up": quarter, "v": half, "w_up": half, "w": full}  # kernels per input pixel
    wide = sum(downs.values()) + sum(ups.values())
    assert operations.forward_flops() == 2 * 9 * 64 * 64 * wide + 2 * full * (9 * 2 * 64 + 64)
    assert operations.training_flops() == 3 * operations.forward_flops() - 2 * full * 9 * 2 * 64
    layers = 2 * 256 * (3 * 64 + 3 * 64 * 64 + 64 * 2)
    assert operations.plane_flops() == 3 * layers - 2 * 256 * 3 * 64
