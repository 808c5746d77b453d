"""The commands of `shenbao`, one module each, imported only when that command is called.

A command is a line in `COMMANDS` and a module with `configure(parser)`, which adds its arguments, and `run(args)`, which
does it and returns the exit status: 0 done, 1 some mail or step failed, 2 wrong usage or configuration. Several commands
may share a module: `args.command` holds the name.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

DONE, FAILED, WRONG_USAGE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, its line in the help, and the module that does it."""

    name: str
    summary: str
    module: str

    def load(self) -> tuple[Callable[[ArgumentParser], None], Callable[[Namespace], int]]:
        """The module's `configure` and `run`."""
        module = import_module(self.module)
        return module.configure, module.run


COMMANDS: tuple[Command, ...] = (
    Command("demo", "show the whole job on embedded servers with sample mails", "bot.commands.demo"),
    Command("run", "the daemon: watch the mailboxes, judge, answer, send the digest, serve the console", "bot.commands.daemon"),
    Command("worker", "a further machine's worker, where the store is PostgreSQL", "bot.commands.daemon"),
    Command("sweep", "one pass over every mailbox, everything judged and answered, then exit", "bot.commands.daemon"),
    Command("check", "judge mail files offline; sends nothing", "bot.commands.check"),
    Command("digest", "the daily digest: print, write or send it", "bot.commands.digest"),
    Command("export", "the register of a programme as .xlsx", "bot.commands.export"),
    Command("status", "counts of mails and replies, the mailboxes' health, what is stuck", "bot.commands.status"),
    Command("doctor", "check configuration, log-ins, folders, stores and tools", "bot.commands.doctor"),
    Command("case", "one case's story: what came, what was found, what was answered, what staff decided", "bot.commands.case"),
    Command("confirm", "take a changed entry in the accepted one's place, and answer its sender", "bot.commands.case"),
    Command("refuse", "leave the accepted entry standing, and answer its sender", "bot.commands.case"),
    Command("user", "the console's users: add, list, password, disable, enable", "bot.commands.user"),
    Command("retention", "remove what is over age, and say what was removed", "bot.commands.retention"),
    Command("programme", "list, check or draft programmes", "bot.commands.programme"),
)


def find_command(name: str) -> Command | None:
    """The command of that name, or None."""
    return next((command for command in COMMANDS if command.name == name), None)
