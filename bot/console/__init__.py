"""The staff console: server-rendered pages on loopback, with htmx for search as one types. `serve` starts it in a thread."""

from __future__ import annotations

from bot.console.serving import ConsoleHandle, serve

__all__ = ["ConsoleHandle", "serve"]
