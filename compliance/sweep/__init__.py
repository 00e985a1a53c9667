"""Sweeps: millions of designs of a space, judged, filtered and ranked; see ``docs/sweep.md``."""
