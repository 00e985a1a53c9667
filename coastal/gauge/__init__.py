"""Tide gauge and weather series: readers, gaps, harmonic tide."""
