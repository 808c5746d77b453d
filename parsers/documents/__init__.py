"""Word, sheets, slides, PDF, pictures and old formats: bytes in, blocks out."""
