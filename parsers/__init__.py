"""Bytes in, frozen values out: what a mail, an archive, a document says. Knows no programme and nothing of `bot`."""
