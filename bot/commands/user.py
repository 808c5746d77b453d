"""`shenbao user`: who may log in to the console. Passwords are asked for, or read from the first line of a pipe."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.commands import DONE

_ACTIONS = {
    "add": "a new user; the first one is an admin",
    "list": "the users and their roles",
    "password": "a new password; whoever is logged in with the old one is logged out",
    "disable": "let the user in no more",
    "enable": "let the user in again",
}


def configure(parser: ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, does in _ACTIONS.items():
        action = actions.add_parser(name, help=does)
        action.add_argument("--config", metavar="FILE", type=Path, required=True, help="the configuration (see config.example.toml)")
        if name != "list":
            action.add_argument("name", metavar="NAME", help="the user's name")
        if name == "add":
            action.add_argument("--role", choices=("staff", "admin"), help="default: staff")


def run(args: Namespace) -> int:
    """Do it. Raises UserError with what is wrong."""
    from bot.config import load_config
    from bot.engine.parts import open_store
    from bot.staff import users
    from bot.store.letters import now

    config = load_config(args.config)
    with open_store(config) as store:
        if args.action == "list":
            for user in users.users(store):
                print(f"{user.name}\t{user.role}{'	disabled' if user.disabled else ''}")
            return DONE
        if args.action == "add":
            role = args.role or ("staff" if users.users(store) else "admin")
            users.add_user(store, args.name, _password(), role, now=now())
            print(f"{args.name} ({role}) may log in at {config.console.url}", file=sys.stderr)
        elif args.action == "password":
            users.set_password(store, args.name, _password(), now=now())
        else:
            users.change_user(store, args.name, disabled=args.action == "disable", now=now(), actor="system")
    return DONE


def _password() -> str:
    from bot.staff.users import UserError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("password: ")
    if getpass.getpass("once more: ") != password:
        raise UserError("the two passwords differ", "两次输入的密码不同。")
    return password
