"""Run one Elasticsearch node of the published core server, with two small modules."""

import http.client
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.local.jars import paths, version
from pipeline.local.java_process import LAUNCHER, JavaServer, java_command

_PLUGIN = LAUNCHER.parent / "english.jar"
_DESCRIPTOR = """\
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
logger.native.name = org.elasticsearch.nativeaccess.NativeAccess
logger.native.level = error
logger.vectors.name = org.apache.lucene.internal.vectorization
logger.vectors.level = error
"""
"""Native libraries are not published; the node works without them."""
_OPTIONS = (
    "--module-path=lib",
    "--add-modules=ALL-MODULE-PATH,jdk.net,jdk.management.agent",
    "--enable-native-access=ALL-UNNAMED,org.apache.lucene.core",
    "-Djava.io.tmpdir=tmp",
    "-Des.networkaddress.cache.ttl=60",
    "-Dlog4j2.disable.jmx=true",
)


def elasticsearch_server(
    folder: Path, log: Path, heap: int, ports: Mapping[str, int], settings: Mapping[str, Any] | None = None
) -> JavaServer:
    """Return a node on the data in ``folder``.

    ``ports`` are those of ``elasticsearch`` and its ``transport``; ``settings`` extend or override its own.
    """
    home = folder / "home"
    _lay_out(home)
    configured = _settings(folder, ports) | dict(settings or {})
    # Any JSON value is a valid YAML value.
    lines = (f"{name}: {json.dumps(value)}\n" for name, value in configured.items())
    (home / "config" / "elasticsearch.yml").write_text("".join(lines))
    command = java_command(heap, _OPTIONS, (), "ElasticsearchLauncher", str(home))
    return JavaServer("Elasticsearch", command, home, log, lambda: _is_ready(ports["elasticsearch"]))


def _settings(folder: Path, ports: Mapping[str, int]) -> dict[str, Any]:
    return {
        "cluster.name": "wire",
        "node.name": "local",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": ports["elasticsearch"],
        "transport.port": ports["transport"],
        "path.data": str(folder / "data"),
        # The default percentages would block a large disk with plenty of space.
        "cluster.routing.allocation.disk.watermark.low": "2gb",
        "cluster.routing.allocation.disk.watermark.high": "1gb",
        "cluster.routing.allocation.disk.watermark.flood_stage": "500mb",
        "cluster.max_shards_per_node": 5_000,
    }


def _lay_out(home: Path) -> None:
    """Recreate the home directory from the jars: the library, and the modules for HTTP and for English."""
    netty, english = home / "modules" / "transport-netty4", home / "modules" / "english"
    for name in ("lib", "modules", "tmp"):
        shutil.rmtree(home / name, ignore_errors=True)
    for folder in (home / "lib", home / "tmp", home / "config", home / "plugins", netty, english):
        folder.mkdir(parents=True, exist_ok=True)
    for jar in paths("elasticsearch"):
        is_netty = jar.name.startswith(("netty-", "transport-netty4"))
        ((netty if is_netty else home / "lib") / jar.name).symlink_to(jar)
    shutil.copy(_PLUGIN, english)
    for folder, name in ((netty, "org.elasticsearch.transport.netty4.Netty4Plugin"), (english, "wire.english.English")):
        text = _DESCRIPTOR.format(name=folder.name, version=version("elasticsearch"), classname=name)
        (folder / "plugin-descriptor.properties").write_text(text)
    (home / "config" / "log4j2.properties").write_text(_LOGGING)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_cluster/health?timeout=1s")
        response = connection.getresponse()
        return response.status == http.HTTPStatus.OK and b'"red"' not in response.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
