"""Student features brought to a teacher's width, so that the two can be compared."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional


class AlignmentHead(nn.Module):
    """One projector per modality: compares ``LN(W LN(f_S))`` with ``LN(f_T)``.

    Features are projected, never logits, and each modality by its own matrix: a shared one would
    have to serve spaces that have nothing in common. It is used in training alone.

    Args:
        student: width of the student's features by modality.
        teacher: width of the teacher's features, the same modalities.
    """

    def __init__(self, student: Mapping[str, int], teacher: Mapping[str, int]) -> None:
        super().__init__()
        self.projectors = nn.ModuleDict(
            {
                name: nn.Sequential(
                    nn.LayerNorm(student[name]), nn.Linear(student[name], teacher[name])
                )
                for name in sorted(teacher)
            }
        )

    def forward(
        self, student: Mapping[str, Tensor], teacher: Mapping[str, Tensor]
    ) -> dict[str, tuple[Tensor, Tensor]]:
        """Return the normed pair (student, teacher) of each modality that both have.

        Args:
            student: features by modality, shape (samples, student width).
            teacher: the same, shape (samples, teacher width); no gradient flows into them. Rows
                that nobody compares may hold anything.
        """
        return {
            name: (normed(projector(student[name])), normed(teacher[name].detach()))
            for name, projector in self.projectors.items()
            if name in student and name in teacher
        }


def normed(features: Tensor) -> Tensor:
    """Return each row with mean 0 and variance 1: a norm without parameters."""
    return functional.layer_norm(features, features.shape[-1:])
