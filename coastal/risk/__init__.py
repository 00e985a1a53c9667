"""Flood probability, surge height and vulnerability of named assets."""
