"""Provisions restated in our own words, one Markdown file per instrument."""
