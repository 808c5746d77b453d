"""config.example.toml shows every key of the configuration, and shows its default where the key has one."""

from __future__ import annotations

import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import Config, load_config

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
OF_THE_LOADER = {"file"}
"""Keys that no file may state."""
EXAMPLES = {"programmes.expected", "digest.to"}
"""Keys whose default is empty and of which the example shows a use."""


def parts_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for argument in typing.get_args(annotation) for part in parts_of(argument)]


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        inner = parts_of(field.annotation)
        if inner:
            yield from keys_of(inner[0], f"{key}.")
        elif key not in OF_THE_LOADER:
            yield key, None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})


def shown() -> dict[str, Any]:
    def walk(table: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
        for key, value in table.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                yield from walk(value[0], f"{prefix}{key}.")
            elif isinstance(value, dict) and f"{prefix}{key}" not in EXAMPLES:
                yield from walk(value, f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}", value

    return dict(walk(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")), ""))


def test_every_key_stands_in_the_example() -> None:
    assert sorted(shown()) == sorted(key for key, _ in keys_of(Config))


@pytest.mark.parametrize(("key", "default"), [(k, d) for k, d in keys_of(Config) if not k.startswith("mailbox.") and k not in EXAMPLES])
def test_the_example_shows_the_default(key: str, default: Any) -> None:
    value = shown()[key]
    assert (tuple(value) if isinstance(value, list) else value) == default


def test_the_example_loads() -> None:
    config = load_config(EXAMPLE)
    assert [mailbox.name for mailbox in config.mailboxes] == ["jsaq"]
    assert config.store.database_file == EXAMPLE.parent / "var" / "shenbao.db"
