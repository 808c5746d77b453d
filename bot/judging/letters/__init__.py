"""What a letter is, and whether it may be answered at all: decision tables of named signs; docs/letters.md shows them."""
