"""Runs any parser in a child process with limits, inside bubblewrap where it is there."""
