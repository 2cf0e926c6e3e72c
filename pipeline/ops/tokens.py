"""Manage bearer tokens for pushes; only their SHA-256 is stored.

A token has 256 random bits, so that a plain digest cannot be reversed. A token may be bound to the sources that it
speaks for; it then speaks for no other.
"""

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigurationError

FILE = "tokens.json"


@dataclass(frozen=True)
class Token:
    """A sender's token: its digest, and the sources that it speaks for (none: it is not bound)."""

    digest: str
    sources: tuple[str, ...] = ()


def digest(token: str) -> str:
    """Return the digest that is stored for a token."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def load(folder: Path) -> dict[str, Token]:
    """Return the tokens by sender. Raises ConfigurationError if the file is malformed."""
    path = folder / FILE
    try:
        return {str(name): _read(value) for name, value in json.loads(path.read_text()).items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None


def add(folder: Path, name: str, sources: tuple[str, ...] = ()) -> str:
    """Create and return a token for a sender; it is shown only once. Raises ConfigurationError if the name has one."""
    tokens = load(folder)
    if name in tokens:
        raise ConfigurationError(f"{name!r} has a token; remove it first (wire token remove {name})")
    token = secrets.token_urlsafe(32)
    _write(folder, tokens | {name: Token(digest(token), sources)})
    return token


def remove(folder: Path, name: str) -> None:
    """Revoke a sender's token. Raises ConfigurationError if the name has none."""
    tokens = load(folder)
    if name not in tokens:
        raise ConfigurationError(f"no token for {name!r}; there are {', '.join(tokens) or 'none'}")
    del tokens[name]
    _write(folder, tokens)


def owner(token: str, tokens: dict[str, Token]) -> str | None:
    """Return the token's sender. All tokens are compared, each in constant time."""
    given = digest(token)
    found = [name for name, known in tokens.items() if hmac.compare_digest(given, known.digest.lower())]
    return found[0] if found else None


def _read(value: Any) -> Token:
    """Read a token; one that is not bound is stored as its digest alone."""
    return Token(value) if isinstance(value, str) else Token(str(value["digest"]), tuple(map(str, value["sources"])))


def _write(folder: Path, tokens: dict[str, Token]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{FILE}.new"
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    stored = {
        name: {"digest": token.digest, "sources": token.sources} if token.sources else token.digest
        for name, token in tokens.items()
    }
    with os.fdopen(handle, "w") as file:
        json.dump(stored, file, indent=1)
    new.replace(folder / FILE)
