"""Law texts: readers of official formats, provisions, own-words digests, and the user's library."""
