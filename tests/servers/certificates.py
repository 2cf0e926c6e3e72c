"""Certificates for tests: a certificate authority, and certificates it signs for ``localhost``."""

import subprocess
from pathlib import Path

PASSWORD = "only-for-tests"
_DAYS = "2"


class Authority:
    """A certificate authority; clients trust ``certificate``."""

    def __init__(self, folder: Path) -> None:
        """Create the authority's key and certificate in ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.certificate = folder / "authority.pem"
        self._key = folder / "authority.key"
        openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", _DAYS, "-subj", "/CN=wire test authority",
            "-keyout", self._key, "-out", self.certificate,
        )  # fmt: skip

    def sign(self, name: str) -> tuple[Path, Path]:
        """Return a certificate for ``localhost`` and 127.0.0.1 with its key, both PEM."""
        certificate, key, asked = (self._folder / f"{name}.{ending}" for ending in ("pem", "key", "csr"))
        names = self._folder / "names"
        names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", asked)
        openssl(
            "x509", "-req", "-in", asked, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
            "-days", _DAYS, "-extfile", names, "-out", certificate,
        )  # fmt: skip
        return certificate, key

    def keystore(self, name: str) -> Path:
        """Return the same as a Java key store, protected with PASSWORD."""
        certificate, key = self.sign(name)
        store = self._folder / f"{name}.p12"
        openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", store, "-passout", f"pass:{PASSWORD}")
        return store


def openssl(*words: str | Path) -> None:
    """Run openssl."""
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
