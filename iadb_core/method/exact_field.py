"""What every exact field is to the rest."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor

from iadb_core.method.linear import LinearField


class ExactField(ABC):
    """A field that no network learnt: D(x, α) = E[x₁ − x₀ | x_α = x].

    linear: the field that is linear in x with the least loss, where it is known. bounded: whether the field stays
    bounded as α goes to 1. leads: whether following it from the source ends at the target; not where single samples
    would have to become noise.
    """

    linear: LinearField | None = None
    bounded: ClassVar[bool] = True
    leads: ClassVar[bool] = True

    @abstractmethod
    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape), in the dtype of x."""

    def where_known(self, x: Tensor, alpha: Tensor) -> Tensor:
        """As the call, but NaN where no pair blends into x: there is no mean difference."""
        return self(x, alpha)
