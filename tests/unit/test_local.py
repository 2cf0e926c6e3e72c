"""The local servers' jars, ports and requirements. tests/whole/test_local.py covers starting and stopping."""

import hashlib
import socket
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from pipeline.errors import ConfigurationError, DownloadFailed, LocalServerFailed
from pipeline.local import preflight
from pipeline.local.download import fetch
from pipeline.local.jars import LOCK, Jar, locked, missing
from pipeline.local.java.build import DIGEST, HERE, NOT_NEEDED, SOURCES, digest
from pipeline.local.java_process import JavaServer
from pipeline.local.ports import free_port
from pipeline.local.servers import LocalServers
from pipeline.settings import Settings

CONTENT = b"a jar's bytes" * 5_000


class Repository:
    """A Maven repository with one jar; it cuts off ``cuts`` responses and holds each up by ``delay`` seconds."""

    def __init__(self) -> None:
        self.content, self.cuts, self.delay = CONTENT, 0, 0.0
        self.asked: Counter[str] = Counter()
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                repository.asked[name] += 1
                threading.Event().wait(repository.delay)
                if not name.endswith(".jar"):
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(repository.content)))
                self.end_headers()
                repository.cuts -= 1
                whole = repository.cuts < 0
                self.wfile.write(repository.content if whole else repository.content[:100])

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.addresses = {"test": f"http://127.0.0.1:{self._server.server_port}"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def repository() -> Iterator[Repository]:
    found = Repository()
    yield found
    found.close()


def jar(number: int = 1) -> Jar:
    return Jar("kafka", "org.example", f"part{number}", "1.0", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


class TestTheLock:
    def test_names_each_jar_of_both_servers_once_and_no_address(self):
        assert len({each.sha256 for each in locked("kafka", "elasticsearch")}) == len(LOCK.read_text().splitlines()) - 1
        assert {each.artifact for each in locked("kafka")} & NOT_NEEDED == set()
        assert "kafka_2.13" in {each.artifact for each in locked("kafka")}
        assert "transport-netty4" in {each.artifact for each in locked("elasticsearch")}
        assert "://" not in LOCK.read_text()


class TestDownloading:
    def test_brings_what_is_missing_or_damaged_and_tells_the_bytes(self, repository, tmp_path):
        jars, heard = [jar(number) for number in range(3)], []
        (tmp_path / jars[0].filename).write_bytes(CONTENT)
        (tmp_path / jars[1].filename).write_bytes(CONTENT[::-1])
        assert missing(jars, tmp_path) == jars[1:]
        fetch(jars, tmp_path, heard.append, repository.addresses)
        assert missing(jars, tmp_path) == []
        assert sum(heard) == 2 * len(CONTENT)
        assert jars[0].filename not in repository.asked
        assert {path.name for path in tmp_path.iterdir()} == {each.filename for each in jars} | {"lock"}

    def test_one_that_is_cut_off_is_repeated(self, repository, tmp_path):
        repository.cuts = 2
        fetch([jar()], tmp_path, repositories=repository.addresses)
        assert (tmp_path / jar().filename).read_bytes() == CONTENT
        assert repository.asked[jar().filename] == 3

    def test_what_has_another_hash_is_not_kept(self, repository, tmp_path):
        repository.content = CONTENT[::-1]
        with pytest.raises(DownloadFailed, match=r"part1-1.0.jar.*hash.*jars.lock"):
            fetch([jar()], tmp_path, repositories=repository.addresses)
        assert {path.name for path in tmp_path.iterdir()} == {"lock"}

    def test_without_a_network_it_says_what_else_there_is(self, tmp_path):
        with pytest.raises(DownloadFailed, match=r"ConnectionError.*--kafka.*--elasticsearch.*docker compose"):
            fetch([jar()], tmp_path, repositories={"test": f"http://127.0.0.1:{free_port()}"})

    def test_two_at_once_fetch_each_jar_once(self, repository, tmp_path):
        repository.delay = 0.05
        jars = [jar(number) for number in range(4)]
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(fetch, jars, tmp_path, repositories=repository.addresses) for _ in range(2)]
        assert [each.result() for each in both] == [None, None]
        assert {repository.asked[each.filename] for each in jars} == {1}

    def test_a_cache_that_is_not_writable_is_an_error(self, repository, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(ConfigurationError, match="jar cache"):
            fetch([jar()], tmp_path / "file" / "cache", repositories=repository.addresses)


@pytest.mark.parametrize(("name", "sources"), SOURCES.items())
def test_what_is_compiled_comes_from_the_sources_beside_it(name, sources):
    with zipfile.ZipFile(HERE / name) as archive:
        assert archive.read(DIGEST).decode() == digest(sources), "run `make java`"
        assert all(any(f"/{each}.class" in member for member in archive.namelist()) for each in sources)


class TestTheDataDirectory:
    def test_that_is_not_writable_is_an_error(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(ConfigurationError, match=r"data directory .*file/data: Not a directory; .*--data-dir"):
            LocalServers(Settings(data_dir=tmp_path / "file" / "data"), print)

    def test_of_an_older_version_is_an_error(self, tmp_path):
        (tmp_path / "servers").mkdir()
        with pytest.raises(ConfigurationError, match=r"wire 0.5 or older.*--data-dir"):
            preflight.check_data(tmp_path, {}, {})

    def test_of_newer_servers_is_an_error_and_of_older_ones_accepted(self, tmp_path):
        ours = {"kafka": "4.1.0", "elasticsearch": "9.2.0"}
        preflight.check_data(tmp_path, {"kafka": "4.1.0", "elasticsearch": "9.1.9"}, ours)
        with pytest.raises(ConfigurationError, match=r"elasticsearch 9.10.0, and this wire brings 9.2.0"):
            preflight.check_data(tmp_path, {"elasticsearch": "9.10.0"}, ours)


class TestTheMachine:
    def test_with_too_little_memory_reports_an_error(self, tmp_path, monkeypatch):
        monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 1_500 << 20}))
        with pytest.raises(ConfigurationError, match=r"1.5 GiB of memory are free.*2.0 GiB.*--kafka"):
            preflight.check_machine(tmp_path)

    def test_with_a_full_disk_reports_an_error(self, tmp_path, monkeypatch):
        monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 300 << 20}))
        with pytest.raises(ConfigurationError, match=r"0.3 GiB of disk are free at .*--data-dir"):
            preflight.check_machine(tmp_path)

    def test_without_the_extra_reports_an_error(self, monkeypatch):
        monkeypatch.setattr(preflight, "find_spec", lambda name: None)
        with pytest.raises(ConfigurationError, match=r"newswire-pipeline\[local\].*--kafka"):
            preflight.check_extra()


class TestPorts:
    def test_are_kept_unless_somebody_else_has_one_by_then(self, tmp_path):
        said: list[str] = []
        local = LocalServers(Settings(data_dir=tmp_path), said.append)
        first = local.choose_ports({})
        assert len(set(first.values())) == len(first) == 4
        assert (local.choose_ports(first), said) == (first, [])
        with socket.create_server(("127.0.0.1", first["kafka"])):
            now = local.choose_ports(first)
        assert now["kafka"] != first["kafka"]
        assert now | {"kafka": 0} == first | {"kafka": 0}
        assert said == [f"port {first['kafka']} is taken, kafka is on {now['kafka']} from now on"]
        local.stop()

    def test_a_taken_one_is_left_for_another(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert free_port(port) not in (0, port)


def test_a_server_that_exits_while_starting_is_reported_with_the_end_of_its_log(tmp_path):
    command = ["sh", "-c", "echo no room for the heap; exit 1"]
    server = JavaServer("Kafka", command, tmp_path, tmp_path / "kafka.log", lambda: False)
    server.launch()
    with pytest.raises(LocalServerFailed, match=r"Kafka ended while it started.*kafka.log.*\n.*no room for the heap"):
        server.wait()
