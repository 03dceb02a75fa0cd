"""What several tests need: a local server with faults, an empty cache, real data."""

import functools
import http.server
import threading
from pathlib import Path

import pytest

from helpers.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = ROOT.parent / "shared" / "datasets"


def line_of(call, *arguments):
    """Return the one line that a refusal is."""
    with pytest.raises(CourseError) as caught:
        call(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def unbroken(monkeypatch):
    """Lines as they are said, before they are broken between words."""
    monkeypatch.setattr("helpers.errors.WIDTH", 10**6)


class FaultyHandler(http.server.SimpleHTTPRequestHandler):
    """Serve a folder; a path that begins with a fault's name is served with it."""

    def do_GET(self):
        self.server.requests.append(self.path)
        if self.path.startswith("/missing/"):
            page = b"<html><body>404: no such file</body></html>"
            self.send_response(404)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
        elif self.path.startswith("/page/"):  # a portal answers 200 with a page
            page = b"<html><body>Please log in</body></html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
        elif self.path.startswith("/cut/"):
            body = Path(self.directory, Path(self.path).name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
        else:
            self.path = "/" + Path(self.path).name
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """A server on 127.0.0.1: ``server.folder``, ``server.url``, ``server.requests``."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(FaultyHandler, directory=str(folder))
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    running.folder, running.requests = folder, []
    running.url = f"http://127.0.0.1:{running.server_port}/"
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of downloads, and no variable that chooses data."""
    for name in ("COURSE_DATA", "COURSE_DATA_DIR", "COURSE_SEED"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "кэш с пробелом"
    monkeypatch.setenv("COURSE_CACHE_DIR", str(folder))
    monkeypatch.setattr("time.sleep", lambda _: None)  # pooch waits between retries
    return folder


@pytest.fixture
def teacher_folder(tmp_path, cache, monkeypatch):
    """An empty ``COURSE_DATA_DIR``."""
    folder = tmp_path / "данные"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def real_data():
    """The folder of real data sets; tests that need it say so when it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip("no folder of real data sets beside the checkout")
    return REAL_DATA
