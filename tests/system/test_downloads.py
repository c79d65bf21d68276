import hashlib
import http.server
import time

import pytest
from conftest import serving

from iadb_core.system import downloads
from iadb_core.system.downloads import DownloadError, fetch
from iadb_core.system.errors import InputError

CONTENT = bytes(range(256)) * 2000
MD5 = hashlib.md5(CONTENT).hexdigest()


class Mirror(http.server.BaseHTTPRequestHandler):
    """A server whose addresses say how it behaves."""

    def do_GET(self):
        if self.path == "/silent":
            time.sleep(2)
        elif self.path == "/drips_its_head":
            for letter in b"HTTP/1.0 200 OK\r\nX: " + b"x" * 40:
                self.wfile.write(bytes([letter]))
                time.sleep(0.05)
        elif self.path == "/missing":
            self.send_error(404)
        else:
            self.answer()

    def answer(self):
        content = {"/damaged": CONTENT[:-1] + b"?", "/cut": CONTENT[: len(CONTENT) // 2]}.get(self.path, CONTENT)
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.path == "/stops":
            self.wfile.write(content[:1000])
            time.sleep(2)
        elif self.path == "/drips":
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.05)
        else:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def address(monkeypatch):
    monkeypatch.setattr(downloads, "TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(downloads, "SLOW_SECONDS", 0.5)
    with serving(Mirror) as address:
        yield address


WRONG = {
    "silent": "timed out",
    "drips_its_head": "timed out",
    "missing": "404",
    "damaged": "another checksum",
    "cut": "another checksum",
    "stops": "timed out",
    "drips": "too slow",
}


@pytest.mark.parametrize("behaviour", WRONG)
def test_a_mirror_that_fails_is_given_up_and_leaves_nothing(behaviour, address, tmp_path):
    with pytest.raises(DownloadError, match=f"{address}/{behaviour}: .*{WRONG[behaviour]}"):
        fetch([f"{address}/{behaviour}"], tmp_path / "file", MD5)
    assert not list(tmp_path.iterdir())


def test_the_next_mirror_is_tried(address, tmp_path):
    fetch([f"{address}/{behaviour}" for behaviour in [*WRONG, "good"]], tmp_path / "file", MD5)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert len(list(tmp_path.iterdir())) == 1


def test_a_server_that_is_not_there_is_given_up(tmp_path):
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1:9/file: .*refused"):
        fetch(["http://127.0.0.1:9/file"], tmp_path / "file", MD5)


def test_an_endless_answer_is_cut_off(address, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_BYTES", 1000)
    with pytest.raises(DownloadError, match="more than 1,000 bytes"):
        fetch([f"{address}/good"], tmp_path / "file", MD5)


def test_a_folder_that_cannot_be_written_is_another_mistake(address, tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        fetch([f"{address}/good"], tmp_path / "file", MD5)
