"""Data: one TOML file a notice."""
