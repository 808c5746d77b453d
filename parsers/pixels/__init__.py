"""Rasters, upright and evened out; their inks; the characters that OCR reads in them."""
