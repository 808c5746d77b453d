"""A notice as data: its TOML file as values, every error named and all at once."""
