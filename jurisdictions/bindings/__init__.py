"""Binding files: one YAML file per instrument, reviewed by people."""
