"""The only reader of the environment: every setting is a `GUICHET_…` variable."""

import json
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - to tell, not to listen
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS = {"http": 80, "https": 443}
SHORTEST_KEY = 32
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


def address_of(host: str, port: int) -> str:
    """Where a browser finds what listens there: on this machine, if it listens everywhere."""
    name = "127.0.0.1" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def origin_of(url: str, host: str | None = None) -> str:
    """The origin of a page as browsers write it, in small letters and without the usual port; at `host` if given.

    Raises ValueError for what has neither scheme nor host.
    """
    parts = urlsplit(url)
    name = host or parts.hostname
    if not parts.scheme or not name:
        raise ValueError(f"{url} is no origin: write https://example.org")
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}{port}"


class Settings(BaseSettings):
    """Everything an operator can set. Times are seconds, sizes are bytes, unless a name says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="GUICHET_", env_file=".env", extra="ignore", frozen=True, enable_decoding=False
    )

    database_url: str = Field(
        "sqlite://var/guichet.db", description="`sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`."
    )
    redis_url: str | None = Field(
        None, description="Redis or Valkey, for more than one process: wakes them and counts tries."
    )
    host: str = Field(
        "127.0.0.1",
        description="The address to listen on; with `0.0.0.0` other machines reach it, at GUICHET_PUBLIC_URL.",
    )
    port: int = Field(8000, ge=0, le=65_535, description="The port to listen on.")
    public_url: str = Field(
        default_factory=lambda given: address_of(given.get("host", "127.0.0.1"), given.get("port", 8000)),
        description="Where people reach Guichet; all links use it. With https the cookies are `__Host-`.",
    )
    allowed_origins: list[str] = Field([], description="Origins of front ends served from elsewhere, as a JSON list.")
    trusted_proxies: str = Field(
        "127.0.0.1", description="Whose X-Forwarded-For and -Proto are believed: addresses with commas between."
    )
    demo: bool = Field(False, description="Demo mode: messages that cannot leave are written to files as well.")
    closed: bool = Field(False, description="Closed mode: no introspection, playground or hints.")
    var: Path = Field(
        Path("var"),
        description="Folder for what the process writes: files, exports, backups, demo messages, its key.",
    )

    smtp_host: str | None = Field(None, description="The mail server; without one no e-mail leaves.")
    smtp_port: int = Field(587, ge=1, le=65_535, description="Its port.")
    smtp_username: str | None = Field(
        None, description="The name to sign in there with; without one nobody signs in."
    )
    smtp_password: SecretStr | None = Field(None, description="The password that goes with it.")
    smtp_start_tls: bool = Field(True, description="Whether STARTTLS is demanded of it.")
    smtp_tls: bool = Field(False, description="TLS from the first byte (port 465) instead of STARTTLS.")
    smtp_ca_file: Path | None = Field(None, description="Certificate authority of a private mail server.")
    smtp_timeout: Seconds = Field(30.0, description="How long the mail server may take for each step.")
    mail_from: str = Field("Guichet <guichet@localhost>", description="The sender of all mails.")

    twilio_account_sid: str | None = Field(None, description="The account at Twilio; without one no SMS leaves.")
    twilio_auth_token: SecretStr | None = Field(None, description="Its secret; proves reports of deliveries too.")
    twilio_from: str | None = Field(None, description="The number or sender name of all SMS.")
    twilio_base_url: str = Field("https://api.twilio.com", description="Where Twilio is asked.")
    twilio_timeout: Seconds = Field(15.0, description="How long Twilio may take to answer.")

    session_idle: Count = Field(12 * 3600, description="A session ends when nobody has used it for so long.")
    session_lifetime: Count = Field(30 * 24 * 3600, description="A session ends after so long in any case.")
    password_hashers: Count = Field(2, gt=0, description="Argon2 computations that may run at once.")
    tries_per_account: Count = Field(5, description="Tries to sign in to one account before they have to wait.")
    tries_per_address: Count = Field(
        50, description="Tries to sign in, to sign up or to reset a password, from one address."
    )
    tries_window: Count = Field(15 * 60, description="The time within which tries are counted.")

    secret_key: SecretStr | None = Field(
        None,
        min_length=SHORTEST_KEY,
        description="What one-time secrets are derived from: random, of at least 32 characters; made in `var` unless "
        "given. One for all processes.",
    )
    activation_lifetime: Count = Field(7 * 24 * 3600, description="How long links of invitations work.")
    reset_lifetime: Count = Field(3600, description="How long links to choose a new password work.")
    temporary_lifetime: Count = Field(72 * 3600, description="How long temporary passwords and PINs work.")
    confirmation_lifetime: Count = Field(24 * 3600, description="How long links that change an e-mail address work.")

    outbox_lease: Seconds = Field(90.0, description="After this long a message claimed by a dead process is retried.")
    outbox_backoff: float = Field(
        30.0, ge=0, description="Pause before the second attempt; it doubles with each one."
    )
    outbox_attempts: Count = Field(8, description="Attempts to send a message before it has failed.")

    files_url: str | None = Field(None, description="`s3://BUCKET/PREFIX` for attachments; without it `var/files`.")
    s3_endpoint: str | None = Field(None, description="The address of an S3 that is not Amazon's.")
    s3_region: str | None = Field(None, description="The region of the bucket.")
    s3_access_key_id: str | None = Field(None, description="The name of the key to the bucket.")
    s3_secret_access_key: SecretStr | None = Field(None, description="The key itself.")
    max_file: Count = Field(25_000_000, description="The largest attachment.")
    file_types: list[str] | None = Field(
        None, description="Media types of attachments, as a JSON list; all that we know unless given."
    )
    files_per_request: Count = Field(100, description="Attachments that one request may have.")
    upload_timeout: Seconds = Field(300.0, description="How long an attachment may take to arrive.")
    export_lease: Seconds = Field(30.0, description="After this long an export of a dead process is taken up again.")
    export_lifetime: Count = Field(24 * 3600, description="How long the file of an export is kept.")
    export_rows: Count = Field(200_000, description="Rows of an export at most.")
    exports_at_once: int = Field(2, ge=0, description="Exports that one process makes at the same time.")

    max_body: Count = Field(1_000_000, description="The largest body of a GraphQL request.")
    max_socket_message: Count = Field(1_000_000, description="The largest message on a socket.")
    max_tokens: Count = Field(2_000, description="Tokens of a GraphQL document.")
    max_depth: Count = Field(12, description="Levels of an operation.")
    max_aliases: Count = Field(30, description="Aliases of an operation.")
    max_directives: Count = Field(20, description="Directives of an operation.")
    max_root_fields: Count = Field(20, description="Root fields of an operation.")
    max_mutations: Count = Field(4, description="Mutations of a request.")
    max_cost: Count = Field(5_000, description="Cost of an operation, told in `extensions.cost`; pages count whole.")
    max_subscriptions: Count = Field(100, description="Operations that may run at once on a socket.")
    max_anonymous_sockets: Count = Field(2_000, description="Sockets of one process on which nobody has signed in.")
    max_anonymous_sockets_per_address: Count = Field(200, description="The same, from one address.")
    connection_init_timeout: Seconds = Field(10.0, description="How long a socket may take to say who it is.")
    header_timeout: Seconds = Field(15.0, description="How long headers may take to arrive, and a body after them.")
    operation_timeout: Seconds = Field(10.0, description="How long an operation may run.")
    slow_reader_limit: Count = Field(4_000_000, description="What may wait for a slow reader before it is cut.")

    @field_validator("database_url")
    @classmethod
    def _is_a_database_of_ours(cls, url: str) -> str:
        if url.partition("://")[0] not in ("sqlite", "postgres", "postgresql"):
            raise ValueError("write sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE")
        return url

    @field_validator("secret_key", mode="before")
    @classmethod
    def _none_if_empty(cls, given: object) -> object:
        return given or None

    @field_validator("public_url", "twilio_base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if urlsplit(origin_of(url)).scheme not in PORTS:
            raise ValueError("write https://example.org")
        return url.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, given: str) -> str:
        for entry in filter(None, map(str.strip, given.split(","))):
            try:
                if entry != "*":
                    ip_network(entry)
            except ValueError as error:
                raise ValueError(f"{entry} is no address: write 10.0.0.7 or 10.0.0.0/8") from error
        return given

    @field_validator("allowed_origins", "file_types", mode="before")
    @classmethod
    def _list_in_json(cls, given: object) -> object:
        try:
            return json.loads(given) if isinstance(given, str) else given
        except ValueError as error:
            raise ValueError('write a JSON list: ["…", "…"]') from error

    @field_validator("allowed_origins")
    @classmethod
    def _as_browsers_write_them(cls, origins: list[str]) -> list[str]:
        return [origin_of(origin) for origin in origins]

    @property
    def is_reached_elsewhere(self) -> bool:
        """Whether other machines get in, and are led to an address of this machine alone."""
        return self.host in EVERYWHERE and "public_url" not in self.model_fields_set

    @property
    def is_postgres(self) -> bool:
        """Whether the database is PostgreSQL (otherwise SQLite)."""
        return not self.database_url.startswith("sqlite")

    @property
    def can_mail(self) -> bool:
        """Whether e-mail is configured."""
        return bool(self.smtp_host)

    @property
    def can_text(self) -> bool:
        """Whether SMS are configured."""
        return bool(self.twilio_account_sid and self.twilio_auth_token and self.twilio_from)

    @property
    def send_lease(self) -> float:
        """How long a claimed message is held: `outbox_lease`, or more if a send could outlast that."""
        mail, sms = self.can_mail * 3 * self.smtp_timeout, self.can_text * 3 * self.twilio_timeout
        return max(self.outbox_lease, mail, sms)

    @property
    def secure_cookies(self) -> bool:
        """Whether people reach Guichet over https, so that cookies can be `__Host-`."""
        return self.public_url.startswith("https://")

    @property
    def origins(self) -> frozenset[str]:
        """Origins whose pages may use the API: our own, those configured, and on loopback all its names."""
        names = LOOPBACK if urlsplit(self.public_url).hostname in LOOPBACK else (None,)
        return frozenset(origin_of(self.public_url, name) for name in names) | set(self.allowed_origins)


@lru_cache
def _read() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit("\n".join(_wrong(error))) from error


def _wrong(error: ValidationError) -> Iterator[str]:
    for each in error.errors():
        if each["type"] != "default_factory_not_called":  # it follows from another one
            yield f"GUICHET_{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}"


_adopted: list[Settings] = []


def settings() -> Settings:
    """The settings of this process: those that it serves with, or those read from the environment, once."""
    return _adopted[-1] if _adopted else _read()


def adopt(configured: Settings) -> None:
    """Makes these the settings of this process, from which they may differ (the demo switches some on)."""
    _adopted[:] = [configured]
