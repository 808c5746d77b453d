"""One mail, from its bytes to its settled outcome; for the daemon, for `check`, and once more when a programme has changed."""
