"""Seals on a page, and the text that runs round them."""
