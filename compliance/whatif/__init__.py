"""What if: variants of a design judged side by side, with the cause of every changed verdict."""

from compliance.whatif.comparison import Comparison, whatif
from compliance.whatif.expand import Options, expand
from compliance.whatif.settings import Choice, Place, Variant

__all__ = ["Choice", "Comparison", "Options", "Place", "Variant", "expand", "whatif"]
