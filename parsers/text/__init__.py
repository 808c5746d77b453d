"""Text evened out: wording, traditional characters, symbols, character sets, HTML."""
