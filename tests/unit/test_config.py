"""The configuration: every key in the example, every error named, all at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import Config, Mailbox, load_config, parse_config
from bot.errors import ConfigurationError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
MAILBOX = """
[[mailbox]]
name = "m"
address = "m@example.cn"
imap = { host = "imap.example.cn", user = "m", password_env = "SECRET" }
smtp = { host = "smtp.example.cn" }
"""


def names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()} - {"file"}


def test_the_example_shows_every_key() -> None:
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert set(example) == names(Config)
    for table, model in (("store", "store"), ("programmes", "programmes"), ("digest", "digest"), ("console", "console")):
        assert set(example[table]) == names(type(getattr(load_config(EXAMPLE), model))), table
    for table in ("limits", "processing", "sending", "retention"):
        assert set(example[table]) == names(type(getattr(load_config(EXAMPLE), table))), table
    box = example["mailbox"][0]
    assert set(box) == names(Mailbox)
    config = load_config(EXAMPLE)
    assert set(box["imap"]) == names(type(config.mailboxes[0].imap))
    assert set(box["smtp"]) == names(type(config.mailboxes[0].smtp))


def test_the_examples_values_are_the_defaults() -> None:
    example, plain = load_config(EXAMPLE), parse_config("", EXAMPLE)
    for table in ("store", "console", "limits", "processing", "sending", "retention"):
        assert getattr(example, table) == getattr(plain, table)


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = '[store]\ndatabase = "sqlite:///a/b.db"\nblobs = "c"\n[programmes]\nfolder = "mine"\n' + MAILBOX.replace(
        'password_env = "SECRET"', 'password_file = "secret"'
    )
    config = parse_config(text, tmp_path / "x.toml")
    assert config.store.database_file == tmp_path / "a/b.db"
    assert config.store.blobs == str(tmp_path / "c")
    assert config.programmes.folder == str(tmp_path / "mine")
    (tmp_path / "secret").write_text("hush\n")
    assert config.mailboxes[0].imap.password() == "hush"


def test_all_errors_are_reported_together() -> None:
    text = """
[store]
database = "mysql://x"
colour = "red"
[digest]
at = "8h30"
to = ["nobody"]
[console]
listen = "here"
[[mailbox]]
name = "a b"
address = "a@example.cn"
provider = "gmail"
imap = { host = "imap.example.cn", security = "none", user = "a", password_env = "X" }
"""
    with pytest.raises(ConfigurationError) as caught:
        parse_config(text, Path("x.toml"))
    assert [(problem.line, problem.where) for problem in caught.value.problems] == [
        (3, "store.database"),
        (4, "store.colour"),
        (6, "digest.at"),
        (7, "digest.to.0"),
        (9, "console.listen"),
        (10, "mailbox.0.smtp"),
        (11, "mailbox.0.name"),
        (13, "mailbox.0.provider"),
        (14, "mailbox.0.imap"),
    ]
    assert "x.toml:4: store.colour: unknown key" in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('imap = { host = "imap.example.cn", security = "none", user = "m", password_env = "S" }', "loopback only"),
        ('imap = { host = "h" }', "needs a log-in"),
        ('imap = { host = "h", user = "m" }', "no password for m"),
        ('imap = { host = "h", user = "m", password_env = "A", password_file = "b" }', "not both"),
    ],
)
def test_a_wrong_server_is_named(wrong: str, says: str) -> None:
    lines = [wrong if line.startswith("imap") else line for line in MAILBOX.splitlines()]
    with pytest.raises(ConfigurationError, match=says):
        parse_config("\n".join(lines), Path("x.toml"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_no_security_is_allowed_on_loopback(host: str) -> None:
    text = MAILBOX.replace('host = "smtp.example.cn"', f'host = "{host}", security = "none"')
    assert parse_config(text, Path("x.toml")).mailboxes[0].smtp.password() == ""


def test_twice_the_same_mailbox_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="'m' is given twice"):
        parse_config(MAILBOX + MAILBOX, Path("x.toml"))


def test_a_missing_secret_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET", raising=False)
    with pytest.raises(ConfigurationError, match="SECRET"):
        parse_config(MAILBOX, Path("x.toml")).mailboxes[0].imap.password()


@pytest.mark.parametrize(("text", "says"), [("[store", "syntax"), (None, "can't be read"), (b"\xc4\xe3", "not UTF-8")])
def test_a_file_that_is_no_configuration(tmp_path: Path, text: str | bytes | None, says: str) -> None:
    file = tmp_path / "x.toml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError, match=says):
        load_config(file)
