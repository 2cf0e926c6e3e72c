"""What all values that travel as JSON have in common: they cannot change, and leave out what is absent."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigurationError


class Value(BaseModel):
    """An immutable value without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def checked(cls, **given: Any) -> Self:
        """Return the value that a person asks for. Raises ConfigurationError with the first thing that is wrong."""
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise ConfigurationError(f"{first['loc'][0]}: {first['msg']} (got {first['input']!r})") from None


def is_absent(value: object) -> bool:
    """Return whether a field is left out of the JSON: absent values are omitted, not null."""
    return value is None or (isinstance(value, tuple | dict) and not value)


def as_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; a time without a zone is taken to be UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Words = Annotated[str | None, Field(exclude_if=is_absent)]
"""A text that may be absent."""
Time = Annotated[datetime, AfterValidator(as_utc)]
