"""Compile the launchers and the analysis plugin, and lock the jars they run with; for developers.

usage: python -m pipeline.local.java.build        (``make java``; needs a JDK 21 or newer: JAVA_HOME, or javac)
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from jgo.maven import MavenContext

from pipeline.local.download import fetch
from pipeline.local.jars import LOCK, cache_dir, locked

HERE = Path(__file__).parent
SOURCES = {"launcher.jar": ("Parent", "KafkaLauncher", "ElasticsearchLauncher"), "english.jar": ("English",)}
"""The jars that are shipped, and the classes in each."""
DIGEST = "META-INF/sources.sha256"
"""The member of each jar that holds the digest of its sources."""
RELEASE = "21"
COORDINATES = {
    "kafka": ("org.apache.kafka:kafka_2.13:4.1.0", "org.slf4j:slf4j-simple:1.7.36"),
    "elasticsearch": ("org.elasticsearch:elasticsearch:9.2.0", "org.elasticsearch.plugin:transport-netty4:9.2.0"),
}
NOT_NEEDED = {
    "commons-beanutils", "commons-collections", "commons-digester", "commons-logging", "jackson-dataformat-csv",
    "jackson-dataformat-yaml", "jackson-datatype-jdk8", "jose4j", "jspecify", "scala-reflect", "snakeyaml",
}  # fmt: skip
"""What only Kafka's tools and its OAuth login use."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


def lock() -> None:
    """Resolve the servers' dependencies, and write each jar's server, coordinates, SHA-256 and size to the lock."""
    lines = []
    with TemporaryDirectory() as repository:
        context = MavenContext(repo_cache=Path(repository))
        for server, coordinates in COORDINATES.items():
            wanted = [context.create_dependency(each) for each in coordinates]
            direct, transitive = context.resolver.resolve(wanted)
            for found in sorted([*direct, *transitive], key=lambda each: (each.groupId, each.artifactId)):
                if found.artifactId not in NOT_NEEDED:
                    content = found.artifact.resolve().read_bytes()
                    name = f"{found.groupId}:{found.artifactId}:{found.version}"
                    lines.append(f"{server} {name} {hashlib.sha256(content).hexdigest()} {len(content)}")
    LOCK.write_text("\n".join(lines) + "\n")


def digest(sources: Iterable[str]) -> str:
    """One SHA-256 over the sources of a jar."""
    return hashlib.sha256(b"".join((HERE / f"{name}.java").read_bytes() for name in sources)).hexdigest()


def build(name: str, sources: Sequence[str], path: Sequence[Path]) -> None:
    """Compile the sources into a jar that holds their digest."""
    home = os.environ.get("JAVA_HOME")
    javac = Path(home, "bin", "javac") if home else shutil.which("javac")
    with TemporaryDirectory() as classes:
        options = ["--release", RELEASE, "-cp", ":".join(map(str, path)), "-d", classes]
        subprocess.run([str(javac), *options, *(str(HERE / f"{each}.java") for each in sources)], check=True)  # noqa: S603
        with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as jar:
            for file in sorted(Path(classes).rglob("*.class")):
                jar.writestr(zipfile.ZipInfo(str(file.relative_to(classes)), _EPOCH), file.read_bytes())
            jar.writestr(zipfile.ZipInfo(DIGEST, _EPOCH), digest(sources))


def main() -> None:
    """Lock, fetch, compile."""
    lock()
    jars = locked(*COORDINATES)
    fetch(jars, cache_dir())
    for name, sources in SOURCES.items():
        build(name, sources, [cache_dir() / jar.filename for jar in jars])
    sys.stdout.write(f"{len(jars)} jars, {sum(jar.size for jar in jars):,} bytes\n")


if __name__ == "__main__":
    main()
