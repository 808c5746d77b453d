"""The console script `shenbao`: finds the command, imports only its module, and lets no traceback reach a user.

argparse and not a larger kit, because `shenbao --version` and every short command pay for what is imported here
(docs/dependencies.md has the figures).
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence

from bot import __version__
from bot.commands import COMMANDS, FAILED, WRONG_USAGE, Command, find_command
from bot.errors import ConfigurationError, ShenbaoError

_EPILOG = """\
exit status: 0 done; 1 some mail or step failed; 2 wrong usage or configuration.
`shenbao COMMAND --help` explains a command. SHENBAO_DEBUG=1 shows the trace of an unexpected error."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Wrong usage exits with 2 through argparse's SystemExit."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = find_command(arguments[0]) if arguments else None
    if command is None:
        _overview().parse_args(arguments)
        _overview().print_help(sys.stderr)
        return WRONG_USAGE
    try:
        return _call(command, arguments[1:])
    except ConfigurationError as error:
        return _say(error, WRONG_USAGE)
    except ShenbaoError as error:
        return _say(error, FAILED)
    except KeyboardInterrupt:
        return _say("interrupted", FAILED)
    except BrokenPipeError:  # the reader of our output (head, less) has left: nobody is there to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # the last line of defence: whatever it was, the user gets a sentence
        if os.environ.get("SHENBAO_DEBUG") == "1":
            raise
        return _say(_unexpected(error), FAILED)


def _call(command: Command, arguments: Sequence[str]) -> int:
    configure, run = command.load()
    parser = ArgumentParser(prog=f"shenbao {command.name}", description=command.summary, formatter_class=RawDescriptionHelpFormatter)
    configure(parser)
    args = parser.parse_args(arguments)
    args.command = command.name
    return run(args)


def _overview() -> ArgumentParser:
    width = max(len(command.name) for command in COMMANDS)
    lines = [f"  {command.name:<{width}}  {command.summary}" for command in COMMANDS]
    parser = ArgumentParser(
        prog="shenbao",
        usage="shenbao COMMAND [OPTION...]",
        description="The clerk (申报) for award programmes run by mail.\n\ncommands:\n" + "\n".join(lines),
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"shenbao {__version__}")
    parser.add_argument("command", metavar="COMMAND", nargs="?", choices=[command.name for command in COMMANDS])
    return parser


def _say(what: object, status: int) -> int:
    print(f"shenbao: {what}", file=sys.stderr)
    return status


def _unexpected(error: Exception) -> str:
    """One line about an error that nobody foresaw, and where its trace was written."""
    place = _write_trace(error)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    where = f"the trace is in {place}" if place else "set SHENBAO_DEBUG=1 to see the trace"
    return f"internal error ({what}); nothing that was stored is lost; {where}; please report it"


def _write_trace(error: Exception) -> str:
    import tempfile
    import traceback
    from datetime import datetime
    from pathlib import Path

    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "shenbao"
    text = f"{datetime.now().astimezone().isoformat()} {' '.join(sys.argv)}\n{''.join(traceback.format_exception(error))}\n"
    for folder in (state, Path(tempfile.gettempdir())):
        path = folder / "shenbao-error.log"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as log:
                log.write(text)
        except OSError:  # a read-only or full home: try the next folder
            continue
        return str(path)
    return ""
