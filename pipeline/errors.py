"""Everything that can go wrong, and who can fix it.

PipelineError
 ├── PermanentError            the item is at fault; a retry changes nothing → dead letter
 │    ├── UnknownFormat        no format recognises the bytes
 │    ├── MalformedItem        the format is known, but the bytes break its rules
 │    ├── TooLarge             over the size that the settings allow
 │    ├── ParseFailed          the item killed or stalled its parse process, twice
 │    ├── AnnotationFailed     the story killed or stalled its language process, twice
 │    ├── DocumentRefused      Elasticsearch rejected the document, and gave its reason
 │    ├── AlertFailed          Elasticsearch cannot execute an alert's search
 │    └── DeliveryFailed       a webhook or mail server accepted no alert, after several attempts
 ├── TransientError            a server is at fault; wait and retry, lose nothing
 │    ├── KafkaUnavailable
 │    ├── ElasticsearchUnavailable
 │    ├── KibanaUnavailable
 │    ├── DownloadFailed       a jar of the local servers could not be downloaded
 │    └── LocalServerFailed    a local server did not start, or has exited
 ├── NoStory                   the item is news management or a picture without text; it is counted and left out
 └── ConfigurationError        the operator can fix it
      └── QueryError           a search line that cannot be read; it says where, and what would do

Any other exception is a bug in this project.
"""


class PipelineError(Exception):
    """Base of all errors that this project raises on purpose."""


class PermanentError(PipelineError):
    """The item itself is at fault; it becomes a dead letter."""


class UnknownFormat(PermanentError):
    """No registered format recognises the bytes."""


class MalformedItem(PermanentError):
    """The bytes do not follow their format."""


class TooLarge(PermanentError):
    """The item is larger than the settings allow; ``start`` is its beginning, if it was kept."""

    def __init__(self, reason: str, start: bytes = b"") -> None:
        """``reason`` says how large it may be."""
        super().__init__(reason)
        self.start = start


class NoStory(PipelineError):
    """The item is well-formed but no story: planning, a package of links, a picture without text.

    ``kind`` is what it is, in one word.
    """

    def __init__(self, kind: str) -> None:
        """Say what it is instead."""
        super().__init__(f"{kind} without a text, which is no story")
        self.kind = kind


class ParseFailed(PermanentError):
    """The item killed its parse process or exceeded its deadline, also when tried alone."""


class AnnotationFailed(PermanentError):
    """The story killed its language process or exceeded its deadline, also when tried alone."""


class DocumentRefused(PermanentError):
    """Elasticsearch rejected the document for good; the message is its reason."""


class AlertFailed(PermanentError):
    """An alert's search could not be executed for a story; the message says which and why."""


class DeliveryFailed(PermanentError):
    """An alert could not be delivered; the message is the recipient's response."""


class TransientError(PipelineError):
    """A server is unavailable or overloaded; the same call may succeed later."""


class KafkaUnavailable(TransientError):
    """Kafka cannot be reached or does not respond in time."""


class ElasticsearchUnavailable(TransientError):
    """Elasticsearch cannot be reached, is overloaded, or does not respond in time.

    ``status`` is the status of its response, if there was one.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        """``reason`` names its address and its response."""
        super().__init__(reason)
        self.status = status


class KibanaUnavailable(TransientError):
    """Kibana cannot be reached or is still starting."""


class DownloadFailed(TransientError):
    """A jar of the local servers could not be downloaded, or had the wrong hash, several times."""


class LocalServerFailed(TransientError):
    """A local server did not start, or has exited; the message says where its log is."""


class ConfigurationError(PipelineError):
    """A setting, an option or an argument is invalid; the message says which and what to do."""


class QueryError(ConfigurationError):
    """The search line cannot be read.

    ``query`` is what was typed, ``position`` the character at fault, from 1; ``suggestion`` is the nearest line that
    can be read, or None.
    """

    def __init__(self, query: str, position: int, problem: str, suggestion: str | None = None) -> None:
        """``problem`` says what is wrong there."""
        super().__init__(f"query, character {position}: {problem}")
        self.query, self.position, self.problem, self.suggestion = query, position, problem, suggestion
