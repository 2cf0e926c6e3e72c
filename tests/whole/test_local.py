"""``wire up`` on local servers: started, stopped, killed and started again without loss."""

import json
import socket
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bench.corpus import stories
from pipeline.local.servers import STABLE_AFTER
from tests.conftest import UPI
from tests.whole.conftest import Wire, eventually, launchers, running

COUNT = 40
QUICK = {"WIRE_MONITOR__PORT": "0", "WIRE_KAFKA__COMMIT_INTERVAL": "0.1"}


def kept(folder: Path) -> dict[str, int]:
    return json.loads((folder / "local.json").read_text())["ports"]


def bound(taken: socket.socket, port: int) -> bool:
    """Bind the port, which a killed server releases a moment later."""
    with suppress(OSError):
        taken.bind(("127.0.0.1", port))
        return True
    return False


class TestTheirLife:
    def test_what_was_acknowledged_outlives_a_kill_of_everything_and_a_port_that_is_taken(self, tmp_path):
        with running(tmp_path, "--port", "0", "--feed", str(UPI), env=QUICK) as wire:
            assert set(launchers(tmp_path)) == {"Kafka", "Elasticsearch"}
            eventually(lambda: wire.search("putin")["total"] == 1)
            state = wire.json("status")
            assert [state[name]["local"] for name in ("kafka", "elasticsearch")] == [True, True]
            servers = launchers(tmp_path).values()
            # psutil counts from a boot time in whole seconds, so that a process seems up to a second older.
            eventually(lambda: all(time.time() - server.create_time() > STABLE_AFTER + 2 for server in servers))
            for server in servers:
                server.kill()
            eventually(lambda: len(set(launchers(tmp_path).values()) - set(servers)) == 2)
            ports = kept(tmp_path)
            fed = list(stories(COUNT))
            wire.feed(*fed)
            for process in [psutil.Process(wire.process.pid), *wire.family()]:
                process.kill()
            wire.process.wait()
            with socket.socket() as taken:
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                eventually(lambda: bound(taken, ports["elasticsearch"]))
                taken.listen()
                wire.up("--port", "0")
            assert kept(tmp_path)["kafka"] == ports["kafka"]
            assert kept(tmp_path)["elasticsearch"] != ports["elasticsearch"]
            eventually(lambda: wire.count() == COUNT + 1)
            wire.await_idle()
            found = {hit["uri"] for hit in wire.search("--size", "1000")["hits"]}
            assert found == {each["uri"] for each in fed} | {UPI.name}
            assert wire.dead_letters() == []
            message = wire("up", code=2).stderr.decode()
            assert wire.address in message
            assert wire.down() == []
            assert (launchers(tmp_path), (tmp_path / "servers.json").exists()) == ({}, False)


class TestWhereTheyCannotStart:
    @pytest.mark.parametrize("heap", ["WIRE_LOCAL__KAFKA_HEAP", "WIRE_LOCAL__ELASTICSEARCH_HEAP"])
    def test_the_reason_is_reported_and_no_process_is_left(self, tmp_path, heap):
        done = Wire(tmp_path)("up", "--port", "0", code=3, env={heap: str(1 << 50)})
        assert b"ended while it started" in done.stderr
        assert b"heap" in done.stderr
        assert launchers(tmp_path) == {}
        assert not (tmp_path / "servers.json").exists()

    def test_without_a_network_and_with_an_empty_cache_it_says_what_else_there_is(self, tmp_path):
        env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        env |= dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), "http://127.0.0.1:9")
        done = Wire(tmp_path / "data")("up", code=3, env=env)
        assert b"downloading Apache Kafka and Elasticsearch" in done.stderr
        assert b"--kafka HOST:PORT --elasticsearch URL" in done.stderr
        assert b"docker compose" in done.stderr
        assert launchers(tmp_path) == {}

    def test_data_of_an_older_version_are_an_error(self, tmp_path):
        (tmp_path / "servers").mkdir()
        assert b"wire 0.5 or older" in Wire(tmp_path)("up", code=2).stderr
