"""The servers' jars, and what it takes to have and to run them."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "wire-servers"
JAVA_NEEDED = 21
"""Elasticsearch's Java; Kafka is content with less."""
_HOMES = ("/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines")
_FETCHING = 900


def missing() -> str | None:
    """What the real servers cannot run without and this machine does not have; None where they can."""
    if not shutil.which("mvn"):
        return "Maven (mvn) is missing"
    if java_home() is None:
        return f"a JDK of version {JAVA_NEEDED} or newer is missing (JAVA_HOME, /usr/lib/jvm)"
    return None


def java_home() -> Path | None:
    """The newest JDK here that is new enough."""
    homes = [Path(os.environ["JAVA_HOME"])] if "JAVA_HOME" in os.environ else []
    homes += [home for folder in _HOMES if Path(folder).is_dir() for home in Path(folder).iterdir()]
    homes += [home / "Contents/Home" for home in homes]
    found = {_version(home): home for home in homes if (home / "release").is_file() and (home / "bin/javac").exists()}
    newest = max(found, default=0)
    return found[newest] if newest >= JAVA_NEEDED else None


def java(name: str = "java") -> str:
    """The path of a program of the JDK."""
    home = java_home()
    assert home, missing()
    return str(home / "bin" / name)


def jars(project: str) -> Path:
    """The folder with the jars of ``PROJECT.pom.xml``, fetched the first time it is asked for."""
    pom = HERE / f"{project}.pom.xml"
    digest = hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    folder = CACHE / f"{project}-{digest}"
    if not folder.exists():
        partial = folder.with_suffix(f".{os.getpid()}")
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
        command = ["mvn", "-q", "-B", "-f", str(pom), goal, f"-DoutputDirectory={partial}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCHING)
        assert done.returncode == 0, f"the jars of {pom.name} could not be fetched:\n{done.stdout}{done.stderr}"
        try:
            partial.rename(folder)
        except OSError:
            shutil.rmtree(partial)
    return folder


def _version(home: Path) -> int:
    lines = (home / "release").read_text().splitlines() if (home / "release").is_file() else []
    stated = next((line.partition("=")[2].strip('"') for line in lines if line.startswith("JAVA_VERSION=")), "0")
    return int(stated.split(".")[0])
