from compliance.whatif.comparison import Comparison


def to_html(comparison: Comparison) -> str:
    return ""
