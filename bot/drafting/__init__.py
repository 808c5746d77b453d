"""From a notice's own file to a first programme."""
