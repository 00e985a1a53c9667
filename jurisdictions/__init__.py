"""The law as rules: zones, extraction, norms, bindings, the rule book and its graph."""
