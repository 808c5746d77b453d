"""The configuration: TOML -> Config, every error named and all at once. `config.example.toml` shows every key.

Paths in it are absolute after loading: a relative one is relative to the configuration file. Secrets are not read here but
when they are used, so that commands which send nothing need none.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from bot.errors import ConfigurationError, Problem
from bot.toml_file import problems_of, read_text, values_of
from parsers.limits import Limits
from replies.times import SHANGHAI

Security = Literal["tls", "starttls", "none"]
ProviderName = Literal["netease", "tencent", "generic"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


def _absolute(path: str, info: ValidationInfo) -> str:
    base = (info.context or {}).get("base", Path())
    return str(Path(base, Path(path).expanduser())) if path else ""


def _database(url: str, info: ValidationInfo) -> str:
    scheme, separator, rest = url.partition(":///")
    if separator and scheme == "sqlite":
        if not rest:
            raise ValueError("names no file")
        return f"sqlite:///{_absolute(rest, info)}"
    if url.startswith("postgresql+psycopg://"):
        return url
    raise ValueError(f"unknown database {url!r} (allowed: sqlite:///FILE, postgresql+psycopg://USER@HOST/NAME)")


def _blobs(place: str, info: ValidationInfo) -> str:
    if place.startswith("s3://"):
        if not place.removeprefix("s3://").strip("/"):
            raise ValueError("names no bucket (allowed: s3://BUCKET/PREFIX)")
        return place
    if "://" in place or not place:
        raise ValueError(f"unknown blob store {place!r} (allowed: a folder, s3://BUCKET/PREFIX)")
    return _absolute(place, info)


def _hour(text: str) -> str:
    try:
        time.fromisoformat(text)
    except ValueError as error:  # "8h30", "25:00"
        raise ValueError(f"not an hour: {text!r} (allowed: HH:MM)") from error
    return text


def _mail_address(text: str) -> str:
    local, at, domain = text.strip().rpartition("@")
    if not (local and at and domain) or any(c.isspace() or c in "<>,;" for c in text.strip()):
        raise ValueError(f"not a mail address: {text!r}")
    return text.strip()


FilePath = Annotated[str, AfterValidator(_absolute)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Port = Annotated[int, Field(ge=1, le=65535)]


def is_loopback(host: str) -> bool:
    """True for this machine's own addresses and `localhost`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, "imap.126.com"
        return False


class S3(_Part):
    """How to reach S3-compatible storage; what is empty is taken from the usual AWS_* environment variables."""

    endpoint: str = ""
    region: str = ""
    access_key_env: str = ""
    secret_key_env: str = ""


class StoreConfig(_Part):
    """Where the records and the bytes are kept."""

    database: Annotated[str, AfterValidator(_database)] = Field(default="sqlite:///var/shenbao.db", validate_default=True)
    blobs: Annotated[str, AfterValidator(_blobs)] = Field(default="var/blobs", validate_default=True)
    s3: S3 = S3()

    @property
    def embedded(self) -> bool:
        """True where the database is a SQLite file, which one daemon alone may use."""
        return self.database.startswith("sqlite:")

    @property
    def database_file(self) -> Path:
        """The SQLite file; only where `embedded`."""
        return Path(self.database.removeprefix("sqlite:///"))


class Server(_Part):
    """One log-in at one server. An empty `user` means no log-in, which only SMTP allows."""

    host: str = Field(min_length=1)
    port: Port
    security: Security = "tls"
    user: str = ""
    password_env: str = ""
    password_file: FilePath = ""
    ca_file: FilePath = ""
    """Certificates to trust instead of the system's, for a server of one's own."""
    timeout_seconds: float = Field(default=60, gt=0)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError(f'security = "none" is allowed for loopback only, not for {self.host} (allowed: tls, starttls)')
        if self.password_env and self.password_file:
            raise ValueError("give password_env or password_file, not both")
        if self.user and not (self.password_env or self.password_file):
            raise ValueError(f"no password for {self.user} (allowed: password_env, password_file)")
        return self

    def password(self) -> str:
        """The secret. Raises ConfigurationError where the variable is not set or the file can't be read."""
        if not self.user:
            return ""
        if self.password_env:
            value = os.environ.get(self.password_env, "")
            if not value:
                raise ConfigurationError(
                    "environment", [Problem(self.password_env, f"is not set; it must hold the password (授权码) of {self.user}")]
                )
            return value
        try:
            return Path(self.password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:  # no such file, no permission; not text
            raise ConfigurationError(self.password_file, [Problem("password_file", f"can't be read: {error}")]) from error


class ImapServer(Server):
    port: Port = 993

    @model_validator(mode="after")
    def _logs_in(self) -> Self:
        if not self.user:
            raise ValueError("user: an IMAP server needs a log-in")
        return self


class SmtpServer(Server):
    port: Port = 465
    daily_limit: int = Field(default=50, ge=1)
    """Letters a day that the account may send; what is over waits for the next day."""


class Mailbox(_Part):
    """A mailbox to watch, the programmes that its mails are for, and the way its answers go out."""

    name: str = Field(min_length=1, pattern=r"^[\w.-]+$")
    programmes: tuple[str, ...] = ()
    address: MailAddress
    display_name: str = ""
    provider: ProviderName = "generic"
    imap: ImapServer
    smtp: SmtpServer
    folders: tuple[str, ...] = Field(default=("INBOX",), min_length=1)
    sent_folders: tuple[str, ...] = ()
    """Where the provider keeps what was sent; found by itself where empty."""
    poll_seconds: float = Field(default=60, gt=0)
    start: date | None = None
    """Mails received before this day are left alone: for a mailbox that is older than its programme. None: all are taken."""

    @property
    def since(self) -> datetime | None:
        """The first moment of `start`, Asia/Shanghai; None where all mails are taken."""
        return datetime.combine(self.start, time(0), SHANGHAI) if self.start else None


class ProgrammesConfig(_Part):
    """Programmes beside the package's own; `expected`: by programme id, further recommenders from whom material is awaited."""

    folder: FilePath = ""
    expected: Mapping[str, tuple[str, ...]] = {}

    @property
    def path(self) -> Path | None:
        """The folder, None where only the package's programmes are wanted."""
        return Path(self.folder) if self.folder else None


class DigestConfig(_Part):
    """The daily digest. `mailbox` sends it; the first one where empty."""

    at: Annotated[str, AfterValidator(_hour)] = "08:30"
    to: tuple[MailAddress, ...] = ()
    mailbox: str = ""

    @property
    def hour(self) -> time:
        """The hour of the day, Asia/Shanghai."""
        return time.fromisoformat(self.at)


class ConsoleConfig(_Part):
    """The staff console. `public_url`: how staff reach it, for the links in the digest; "" for http://LISTEN."""

    enabled: bool = True
    listen: str = "127.0.0.1:8600"
    public_url: str = ""

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError(f"not HOST:PORT: {listen!r}")
        return listen

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def url(self) -> str:
        """How staff reach it, without a slash at the end."""
        return (self.public_url or f"http://{self.listen}").rstrip("/")


class LimitsConfig(_Part):
    """The bounds of one mail; see `parsers.limits`."""

    message_mb: int = Field(default=60, ge=1)
    unpacked_mb: int = Field(default=500, ge=1)
    archive_files: int = Field(default=500, ge=1)
    archive_depth: int = Field(default=3, ge=1)
    parse_seconds: int = Field(default=120, ge=1)
    parse_memory_mb: int = Field(default=2048, ge=64)

    def as_limits(self) -> Limits:
        """The same for the parsers."""
        return Limits(**self.model_dump())


class ProcessingConfig(_Part):
    """How mails are worked through: by `workers` parser processes side by side, and as many for OCR (0.7 GB each) up to the
    number of processors. A mail that ended its worker `attempts` times is set aside for staff."""

    workers: int = Field(default=2, ge=1, le=64)
    attempts: int = Field(default=2, ge=1)
    large_mb: float = Field(default=5, gt=0)
    """Mails from this size on wait in a queue of their own, so that small ones never wait behind them."""
    order_seconds: float = Field(default=60, ge=0)
    """How long a mail waits for an earlier one of which nobody can tell yet whether it concerns the same entry."""
    takeover_seconds: float = Field(default=60, ge=5)
    """With several workers: one that was not heard of for so long is dead, and the others have taken its mails over."""


class SendingConfig(_Part):
    """How answers go out, beyond what each account's `daily_limit` says."""

    retry_seconds: float = Field(default=60, gt=0)
    """After a failed connection; doubled each time up to an hour."""
    lookup_minutes: float = Field(default=5, ge=0)
    """How long after an answer was lost the Sent folder is looked at."""


class RetentionConfig(_Part):
    """How long staff's removal command leaves things; 0 keeps them for ever. Nothing is removed unless the command is given."""

    days: int = Field(default=0, ge=0)


class Config(_Part):
    """The whole configuration; `file` is where it came from."""

    file: str = ""
    store: StoreConfig = Field(default_factory=dict, validate_default=True)
    programmes: ProgrammesConfig = ProgrammesConfig()
    mailboxes: tuple[Mailbox, ...] = Field(default=(), alias="mailbox")
    digest: DigestConfig = DigestConfig()
    console: ConsoleConfig = ConsoleConfig()
    limits: LimitsConfig = LimitsConfig()
    processing: ProcessingConfig = ProcessingConfig()
    sending: SendingConfig = SendingConfig()
    retention: RetentionConfig = RetentionConfig()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [mailbox.name for mailbox in self.mailboxes]
        addresses = [mailbox.address.lower() for mailbox in self.mailboxes]
        problems = [f"mailbox: the name {name!r} is given twice" for name in sorted({n for n in names if names.count(n) > 1})]
        problems += [f"mailbox: the address {a!r} is given twice" for a in sorted({a for a in addresses if addresses.count(a) > 1})]
        if self.digest.mailbox and self.digest.mailbox not in names:
            problems.append(f"digest.mailbox: no mailbox is named {self.digest.mailbox!r} (allowed: {', '.join(names)})")
        if self.digest.to and not self.mailboxes:
            problems.append("digest.to: there is no [[mailbox]] that could send it")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def mailbox(self, name: str) -> Mailbox | None:
        """The mailbox of that name, or None where there is none."""
        return next((mailbox for mailbox in self.mailboxes if mailbox.name == name), None)

    @property
    def digest_mailbox(self) -> Mailbox | None:
        """The mailbox that sends the digest; None where no mailbox is configured."""
        return self.mailbox(self.digest.mailbox) or next(iter(self.mailboxes), None)


def parse_config(text: str, file: Path) -> Config:
    """The configuration in `text`, read as if it stood in `file`. Raises ConfigurationError naming every problem."""
    values = values_of(text, str(file))
    if "file" in values:
        raise ConfigurationError(str(file), [Problem("file", "unknown key")])
    try:
        return Config.model_validate({**values, "file": str(file)}, context={"base": file.resolve().parent})
    except ValidationError as error:
        raise ConfigurationError(str(file), problems_of(error, text)) from error


def load_config(path: Path | str) -> Config:
    """The configuration in a file. Raises ConfigurationError: unreadable, not TOML, or any wrong or unknown key."""
    file = Path(path)
    return parse_config(read_text(file), file)
