"""Read a JSON object, for the formats that consist of one."""

from typing import Any

from pydantic_core import from_json

from pipeline.errors import MalformedItem


def read_object(value: bytes) -> dict[str, Any]:
    """Return the JSON object in ``value``.

    Raises MalformedItem with the line and column, or with what there is instead of an object.
    """
    try:
        read = from_json(value.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False)
    except ValueError as error:
        raise MalformedItem(f"not JSON: {error}") from None
    if not isinstance(read, dict):
        names = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}
        raise MalformedItem(f"a story must be a JSON object, this is {names.get(type(read), 'a number')}")
    return read
