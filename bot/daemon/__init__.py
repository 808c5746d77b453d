"""The daemon in its three shapes: run, a further worker, one sweep."""
