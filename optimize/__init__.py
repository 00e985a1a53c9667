"""Quadratic binary models, annealers and exact certificates. Knows no law and no habitat."""
