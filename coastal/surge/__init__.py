"""Hours-ahead surge at a gauge with little data."""
