"""Which of n samples goes to which of n others: the least total cost, or by chance, likelier where the cost is low."""

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

MOST_ITERATIONS = 1000
TOLERANCE = 1e-3  # of a marginal, as a share of it
FEW = 64  # of which potentials take as long as the assignment
SHRINKING = ((0.1, 10), (0.03, 10), (0.01, 20), (0.003, 30))  # regularisation, as a share of the cost, and iterations


def squared_distances(x0: Tensor, x1: Tensor, dtype: torch.dtype = torch.float64) -> Tensor:
    """‖x₀ᵢ − x₁ⱼ‖², (sets, n, n). x0, x1: (sets, n, …).

    dtype: in float32 sums of distances are often equal by rounding, so that the best permutation is not one.
    """
    a, b = x0.flatten(2).to(dtype), x1.flatten(2).to(dtype)
    squares = a.square().sum(2)[:, :, None] + b.square().sum(2)[:, None, :]
    return torch.baddbmm(squares, a, b.mT, alpha=-2).clamp_min_(0)


def least_cost(cost: Tensor) -> Tensor:
    """The permutation of each set by which i goes to column j at the least total cost, (sets, n), int64.

    cost: (sets, n, n). Exact, on the CPU, by SciPy's shortest augmenting paths (Crouse 2016). What is taken off whole
    rows and columns does not change which permutation is best; without the `potentials` most paths are short, which
    makes it several times faster.
    """
    found = []
    for one in cost.double().cpu().numpy():
        rows, columns = potentials(one)
        reduced = one - rows[:, None]
        reduced -= columns
        found.append(linear_sum_assignment(reduced)[1])
    return torch.from_numpy(np.stack(found)).to(cost.device)


def potentials(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Potentials of rows and columns near the optimal ones, each (n,), float64: zeros where they cannot be had.

    cost: (n, n), float64. By Sinkhorn's iteration with a regularisation that shrinks, in float32, since any potentials
    will do. Source: Cuturi 2013; Schmitzer 2019, section 3.2.
    """
    count = len(cost)
    if count < FEW:
        return np.zeros(count), np.zeros(count)
    least = cost.min(axis=1)
    below = (least[:, None] - cost).astype(np.float32)
    rows, columns, kernel = np.zeros(count, np.float32), np.zeros(count, np.float32), np.empty_like(below)
    scale = -below.mean()
    with np.errstate(all="ignore"):
        for share, iterations in SHRINKING:
            regularisation = np.float32(share) * scale
            np.add(below, rows[:, None], out=kernel)
            kernel += columns
            kernel /= regularisation
            np.exp(kernel, out=kernel)
            of_rows = np.ones(count, np.float32)
            for _ in range(iterations):
                of_columns = 1 / (of_rows @ kernel)
                of_rows = 1 / (kernel @ of_columns)
            rows += regularisation * np.log(of_rows)
            columns += regularisation * np.log(of_columns)
    if not (np.isfinite(rows).all() and np.isfinite(columns).all()):
        return np.zeros(count), np.zeros(count)
    return least + rows, columns.astype(np.float64)


def sinkhorn(cost: Tensor, regularisation: float, scale: Tensor | None = None) -> Tensor:
    """The logarithm of the plan that minimises Σ P·cost − ε·H(P), all of whose rows and columns sum to 1.

    cost: (sets, n, n). regularisation: ε, in units of `scale`, (sets, 1, 1): unless given, the mean cost. In
    logarithms, so that a small ε does no harm. Ends where all rows sum to 1 but for a thousandth, columns
    exactly, or after 1000 iterations. Source: Cuturi 2013.
    """
    scale = cost.mean((1, 2), keepdim=True) if scale is None else scale
    logits = -cost / (regularisation * scale).clamp_min(torch.finfo(cost.dtype).tiny)
    columns = torch.zeros_like(logits[:, :1])
    for number in range(MOST_ITERATIONS):
        rows = -(logits + columns).logsumexp(2, keepdim=True)
        columns = -(logits + rows).logsumexp(1, keepdim=True)
        if number % 10 == 9:
            wrong = (logits + rows + columns).logsumexp(2).expm1().abs().amax()
            if float(wrong) < TOLERANCE:
                break
    return logits + rows + columns


def drawn(log_plan: Tensor, draws: torch.Generator) -> Tensor:
    """For each row a column by chance, as likely as the plan has it: (sets, n), int64.

    By the greatest of logits and Gumbel noise, which is exact. log_plan: (sets, n, n).
    """
    uniform = torch.rand(log_plan.shape, generator=draws, device=log_plan.device, dtype=log_plan.dtype)
    noise = -(-uniform.clamp_min(torch.finfo(log_plan.dtype).tiny).log()).log()
    return (log_plan + noise).argmax(2)
