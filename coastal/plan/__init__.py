"""The planning agent: belief from what streams arrive, actions at least expected cost."""
