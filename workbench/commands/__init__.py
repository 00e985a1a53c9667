"""One module per subcommand; each is imported only when that subcommand runs."""
