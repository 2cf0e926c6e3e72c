"""Manage bearer tokens for pushes; only their SHA-256 is stored.

A token has 256 random bits, so that a plain digest cannot be reversed.
"""

import hmac
import json
import os
import secrets
from hashlib import sha256
from pathlib import Path

from pipeline.errors import ConfigurationError

FILE = "tokens.json"


def digest(token: str) -> str:
    """Return the digest that is stored for a token."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def load(folder: Path) -> dict[str, str]:
    """Return the digests by sender. Raises ConfigurationError if the file is malformed."""
    path = folder / FILE
    try:
        read = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    return {str(name): str(value) for name, value in read.items()}


def add(folder: Path, name: str) -> str:
    """Create and return a token for a sender; it is shown only once. Raises ConfigurationError if the name has one."""
    tokens = load(folder)
    if name in tokens:
        raise ConfigurationError(f"{name!r} has a token; remove it first (wire token remove {name})")
    token = secrets.token_urlsafe(32)
    _write(folder, tokens | {name: digest(token)})
    return token


def remove(folder: Path, name: str) -> None:
    """Revoke a sender's token. Raises ConfigurationError if the name has none."""
    tokens = load(folder)
    if name not in tokens:
        raise ConfigurationError(f"no token for {name!r}; there are {', '.join(tokens) or 'none'}")
    del tokens[name]
    _write(folder, tokens)


def owner(token: str, tokens: dict[str, str]) -> str | None:
    """Return the token's sender. All tokens are compared, each in constant time."""
    given = digest(token)
    found = [name for name, known in tokens.items() if hmac.compare_digest(given, known.lower())]
    return found[0] if found else None


def _write(folder: Path, tokens: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{FILE}.new"
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(tokens, file, indent=1)
    new.replace(folder / FILE)
