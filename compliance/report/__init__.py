"""Views of the one result model: JSON, terminal and HTML."""
