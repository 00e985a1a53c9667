"""The register as a whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from workbench.serve.rest.common import TheBench
from workbench.serve.rest.models import VerificationShown

router = APIRouter(tags=["register"])


@router.get("/register/verification")
def verify(
    bench: TheBench, known: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None
) -> VerificationShown:
    """Check the whole chain; `known` is a hash that was kept elsewhere."""
    return VerificationShown.model_validate(bench.register.verify(known=known))
