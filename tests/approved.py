"""Texts approved by a person: `APPROVE=1 python -m pytest TEST` writes them anew; read what changed before you commit it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def assert_approved(folder: Path, texts: Mapping[str, str]) -> None:
    """The folder holds a file NAME.txt for each of these texts by name and no other, and each says the very same."""
    assert texts
    if os.environ.get("APPROVE"):
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.glob("*.txt"):
            if file.stem not in texts:
                file.unlink()
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    approved = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.txt")}
    assert sorted(texts) == sorted(approved), f"other texts than {folder} holds"
    for name, text in texts.items():
        assert text == approved[name], f"{folder.name}/{name}.txt reads otherwise"
