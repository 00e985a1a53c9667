"""Tables derived from public data: coasts, islets, claims and contract areas (see SOURCES.md)."""
