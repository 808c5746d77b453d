"""Is all well? What `doctor` finds before, and `status` while, the daemon runs."""
