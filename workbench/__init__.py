"""How people reach the engine: the command line."""
