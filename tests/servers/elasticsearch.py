"""Elasticsearch: one node, its core server as published; see ``Launch.java`` and ``English.java``."""

import shutil
import subprocess
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from elasticsearch import Elasticsearch as Client

from tests.servers import maven
from tests.servers.process import Server, free_port

_HERE = Path(__file__).parent / "java"
_VERSION = "9.2.0"
_PLUGIN = """\
name={name}
description={name}
version=1
elasticsearch.version={version}
java.version=21
classname={classname}
has.native.controller=false
"""
_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d][%p] %c{1.} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""
_ZSTD = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/opt/homebrew/lib")
_MEMORY = ("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC")
_JAVA = (
    "--add-modules=ALL-MODULE-PATH,jdk.net,jdk.management.agent",
    "--enable-native-access=ALL-UNNAMED",
    "-Des.networkaddress.cache.ttl=60",
    "-Dlog4j2.disable.jmx=true",
)


class Elasticsearch:
    """A node on a folder. ``address`` stays the same after a restart."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        """``settings`` are lines of its own configuration, added to those here."""
        self.port, transport = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        home = folder / "home"
        _install(home)
        (home / "config" / "elasticsearch.yml").write_text(
            "cluster.name: wire-tests\nnode.name: one\ndiscovery.type: single-node\n"
            f"http.port: {self.port}\ntransport.port: {transport}\nnetwork.host: 127.0.0.1\n"
            # A test machine's disk may be fuller than a node likes.
            "cluster.routing.allocation.disk.threshold_enabled: false\n"
            f"path.data: {folder / 'data'}\n{settings}"
        )
        command = [
            maven.java(), *_MEMORY, f"-Djava.library.path={_zstd(home)}", f"-Djava.io.tmpdir={home / 'tmp'}",
            *_JAVA,
            "--module-path", str(home / "lib"), str(_HERE / "Launch.java"), str(home),
        ]  # fmt: skip
        self.server = Server(command, folder, self.answers)

    def answers(self) -> bool:
        """Whether it can be used."""
        try:
            with urllib.request.urlopen(f"{self.address}/_cluster/health?timeout=1s", timeout=2) as response:
                return b'"red"' not in response.read()
        except (urllib.error.URLError, OSError):
            return False

    def client(self) -> Client:
        """A client."""
        return Client(self.address, request_timeout=60)

    def clear(self) -> None:
        """Take away all indices and templates of the project's."""
        with self.client() as client:
            for index in client.indices.get(index="*"):
                client.indices.delete(index=index)
            client.options(ignore_status=404).indices.delete_index_template(name="wire-*")


def _install(home: Path) -> None:
    """Lay the jars out as a home directory; the two modules' beside the library."""
    lib, netty, english = home / "lib", home / "modules" / "transport-netty4", home / "modules" / "english"
    for folder in (lib, netty, english, home / "config", home / "plugins", home / "logs", home / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)
    for jar in maven.jars("elasticsearch").iterdir():
        is_netty = jar.name.startswith(("netty-", "transport-netty4"))
        link = (netty if is_netty else lib) / jar.name
        if not link.exists():
            link.symlink_to(jar)
    shutil.copy(_english(), english / "english.jar")
    for folder, name in ((netty, "org.elasticsearch.transport.netty4.Netty4Plugin"), (english, "wire.english.English")):
        told = _PLUGIN.format(name=folder.name, version=_VERSION, classname=name)
        (folder / "plugin-descriptor.properties").write_text(told)
    (home / "config" / "log4j2.properties").write_text(_LOGGING)


def _english() -> Path:
    """The analysis plugin's jar, compiled the first time it is asked for."""
    jar = maven.jars("elasticsearch").with_suffix(".english") / "english.jar"
    if not jar.exists():
        classes = jar.parent / "classes"
        classes.mkdir(parents=True, exist_ok=True)
        path = f"{maven.jars('elasticsearch')}/*"
        source = str(_HERE / "English.java")
        command = [maven.java("javac"), "--release", str(maven.JAVA_NEEDED), "-cp", path, "-d", str(classes), source]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        with zipfile.ZipFile(jar, "w") as archive:
            for file in classes.rglob("*.class"):
                archive.write(file, file.relative_to(classes))
    return jar


def _zstd(home: Path) -> Path:
    """A folder with libzstd under the name Java looks for; distributions add a number to it."""
    folder = home / "native"
    folder.mkdir(exist_ok=True)
    for name in ("libzstd.so", "libzstd.so.1", "libzstd.dylib"):
        found = next((Path(place) / name for place in _ZSTD if (Path(place) / name).exists()), None)
        link = folder / f"libzstd{'.dylib' if name.endswith('dylib') else '.so'}"
        if found and not link.exists():
            link.symlink_to(found)
    return folder
