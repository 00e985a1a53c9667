"""Mutated inputs against every reader: each either reads, or says in one line why it does not."""
