"""A raw mail as a Letter: its tree, names, dates and links, and what had to be salvaged."""
