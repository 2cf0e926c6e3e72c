"""What can go wrong, and who can do something about it.

PipelineError
 ├── PermanentError            the item is at fault: trying again changes nothing → dead letter
 │    ├── UnknownFormat        nobody here reads these bytes
 │    ├── MalformedItem        the format is known, the bytes break its rules
 │    ├── TooLarge             over the size the settings allow
 │    ├── AnnotationFailed     the story killed or stalled its language process, twice
 │    ├── DocumentRefused      Elasticsearch said no, and gave its reason
 │    ├── AlertFailed          Elasticsearch cannot carry out an alert's search
 │    └── DeliveryFailed       a webhook or a mail server took no alert, tried several times
 ├── TransientError            a server is at fault: wait and try again, lose nothing
 │    ├── KafkaUnavailable
 │    ├── ElasticsearchUnavailable
 │    ├── KibanaUnavailable
 │    ├── DownloadFailed       a jar of the local servers could not be fetched
 │    └── LocalServerFailed    a local server did not start, or has ended
 └── ConfigurationError        the person who started us can mend it

Anything else that is raised is a bug in this project.
"""


class PipelineError(Exception):
    """Base of all errors this project raises on purpose."""


class PermanentError(PipelineError):
    """The item itself is at fault; it goes to the dead letters."""


class UnknownFormat(PermanentError):
    """No registered format recognises the bytes."""


class MalformedItem(PermanentError):
    """The bytes do not follow their format."""


class TooLarge(PermanentError):
    """The item is larger than the settings allow; ``start`` is its beginning, where it was kept."""

    def __init__(self, reason: str, start: bytes = b"") -> None:
        """``reason`` says how large it may be."""
        super().__init__(reason)
        self.start = start


class AnnotationFailed(PermanentError):
    """The story killed its language process or ran past its deadline, also when tried alone."""


class DocumentRefused(PermanentError):
    """Elasticsearch refused the document for good; the message is its reason."""


class AlertFailed(PermanentError):
    """An alert's search could not be carried out for a story; the message says which and why."""


class DeliveryFailed(PermanentError):
    """An alert could not be told where it should be; the message says who answered what."""


class TransientError(PipelineError):
    """A server is away or busy; the same call may succeed later."""


class KafkaUnavailable(TransientError):
    """Kafka cannot be reached or does not answer in time."""


class ElasticsearchUnavailable(TransientError):
    """Elasticsearch cannot be reached, is overloaded, or does not answer in time.

    ``status`` is that of its answer, where there was one.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        """``reason`` says where it is and what it answered."""
        super().__init__(reason)
        self.status = status


class KibanaUnavailable(TransientError):
    """Kibana cannot be reached or is still starting."""


class DownloadFailed(TransientError):
    """A jar of the local servers could not be fetched, or what came had another hash, several times."""


class LocalServerFailed(TransientError):
    """A local server did not start, or has ended; the message says where its log is."""


class ConfigurationError(PipelineError):
    """A setting, an option or an argument cannot work; the message says which and what to do."""
