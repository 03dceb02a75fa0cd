"""Downloads, against a server on 127.0.0.1: good, missing, wrong, cut, unreachable."""

import functools
import hashlib
import http.server
import os
import socket
import ssl
import subprocess
import sys
import threading

import pytest

from helpers.data import download
from helpers.data.download import Remote, fetch, teacher_folder
from helpers.errors import CourseError
from tests.support import ROOT, FaultyHandler, line_of

BODY = bytes(range(256)) * 1000
SUM = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def served(server, cache):
    (server.folder / "set.bin").write_bytes(BODY)
    return server


def left_in(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_good_download_is_kept_and_not_repeated(served, cache, capsys):
    remote = Remote("set.bin", (served.url + "set.bin",), SUM)
    assert fetch(remote).read_bytes() == BODY
    assert fetch(remote) == cache / "set.bin"
    assert len(served.requests) == 1
    assert left_in(cache) == ["set.bin"]
    shown = capsys.readouterr()
    assert "Скачиваю set.bin" in shown.out
    assert shown.err == ""


def test_without_a_sum_the_file_is_still_fetched(served):
    assert fetch(Remote("set.bin", (served.url + "set.bin",))).read_bytes() == BODY


def test_damaged_cache_is_downloaded_anew(served, cache):
    cache.mkdir()
    (cache / "set.bin").write_bytes(b"half")
    remote = Remote("set.bin", (served.url + "set.bin",), SUM)
    assert fetch(remote).read_bytes() == BODY


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("missing/", "сервер ответил 404"),
        ("page/", "вместо файла пришла веб-страница"),
        ("", "контрольная сумма не сошлась"),
        ("cut/", "соединение оборвалось"),
    ],
)
def test_faults_leave_nothing_and_say_what_happened(served, cache, fault, said):
    sha256 = SUM if fault else "0" * 64
    remote = Remote("set.bin", (served.url + fault + "set.bin",), sha256)
    with pytest.raises(CourseError) as caught:
        fetch(remote)
    message = str(caught.value)
    assert said in message
    assert "COURSE_DATA_DIR" in message
    assert "sample" in message
    assert "\n" not in message
    assert left_in(cache) == []
    assert len(served.requests) == download.ATTEMPTS


PEM = ROOT / "tests" / "localhost.pem"
CERTIFICATE, CONNECTION = "сертификат", "соединен"


@pytest.fixture
def secure(served):
    """A server whose certificate nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    handler = functools.partial(FaultyHandler, directory=str(served.folder))
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    running.requests = []
    running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{running.server_port}/set.bin"
    running.shutdown()
    running.server_close()
    thread.join()


class Proxy(http.server.BaseHTTPRequestHandler):
    """A proxy that lets nobody through; ``server.status`` is what it answers."""

    def do_CONNECT(self):
        self.send_response(self.server.status)
        self.end_headers()

    do_GET = do_CONNECT  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def proxy(cache, no_proxy, monkeypatch):
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{running.server_port}")
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """The proxy and the certificates of who runs the tests are not ours."""
    for name in (
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("requests_ca_bundle", "curl_ca_bundle"),
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def line_for(url):
    line = line_of(fetch, Remote("set.bin", (url,), SUM))
    assert "COURSE_DATA_DIR" in line
    return line


def test_a_certificate_that_nobody_knows(secure, cache, monkeypatch):
    line = line_for(secure)
    assert CERTIFICATE in line
    assert "REQUESTS_CA_BUNDLE" in line
    assert CONNECTION not in line
    assert left_in(cache) == []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(PEM))  # the advice helps
    assert fetch(Remote("set.bin", (secure,), SUM)).read_bytes() == BODY
    (cache / "set.bin").unlink()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cache / "нет.pem"))
    line = line_for(secure)
    assert "файла с сертификатами нет" in line
    assert CONNECTION not in line


@pytest.mark.parametrize("address", ["http", "https"])
def test_a_proxy_that_asks_for_a_password(proxy, served, address):
    proxy.status = 407
    line = line_for("http://example.invalid/set.bin".replace("http", address))
    assert "прокси просит имя и пароль" in line
    assert "HTTPS_PROXY=http://имя:пароль@адрес:порт" in line


def test_a_proxy_that_refuses(proxy):
    proxy.status = 403
    line = line_for("https://example.invalid/set.bin")
    assert "прокси не отвечает или отказал" in line
    assert "HTTPS_PROXY" in line


def test_a_portal_that_wants_a_login(proxy):
    proxy.status = 511
    line = line_for("http://example.invalid/set.bin")
    assert "веб-страница" in line
    assert "войдите" in line


@pytest.mark.parametrize(
    ("proxy_url", "said"),
    [("http://127.0.0.1:{port}", "прокси не отвечает"), ("http://", "прокси")],
)
def test_a_proxy_that_is_not_there(cache, monkeypatch, unused_port, proxy_url, said):
    monkeypatch.setenv("HTTPS_PROXY", proxy_url.format(port=unused_port))
    line = line_for("https://example.invalid/set.bin")
    assert said in line
    assert "HTTPS_PROXY" in line


@pytest.fixture
def unused_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def test_a_refused_connection(cache, unused_port):
    line = line_for(f"http://127.0.0.1:{unused_port}/set.bin")
    assert "в соединении отказано" in line
    assert "HTTPS_PROXY" in line
    assert left_in(cache) == []


def test_a_name_that_is_not_found(cache, monkeypatch):
    def nobody(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    line = line_for("http://example.invalid/set.bin")
    assert "нет соединения" in line
    assert CERTIFICATE not in line


def test_an_http_server_at_an_https_address(served):
    line = line_for(served.url.replace("http:", "https:") + "set.bin")
    assert "защищённое соединение не состоялось" in line


def test_second_address_is_tried(served):
    urls = (served.url + "missing/set.bin", served.url + "set.bin")
    assert fetch(Remote("set.bin", urls, SUM)).read_bytes() == BODY


def test_no_address(cache):
    with pytest.raises(CourseError, match="адреса для скачивания у этого файла нет"):
        fetch(Remote("production.csv"))


def test_interruption_leaves_no_file(served, cache, monkeypatch):
    import pooch

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pooch.core, "hash_matches", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(Remote("set.bin", (served.url + "set.bin",), SUM))
    assert left_in(cache) == []


def test_a_full_disk_is_named(served, cache, monkeypatch):
    import pooch

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", full)
    with pytest.raises(CourseError, match="Освободите место"):
        fetch(Remote("set.bin", (served.url + "set.bin",), SUM))


def test_teacher_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    assert teacher_folder() is None
    folder = tmp_path / "данные класса"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    assert teacher_folder() == folder.resolve()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA_DIR", "данные класса")
    assert teacher_folder() == folder.resolve()
    monkeypatch.setenv("COURSE_DATA_DIR", "нет такой")
    with pytest.raises(CourseError, match="нет такой: такой папки нет"):
        teacher_folder()


def test_relative_teacher_folder_is_found_beside_the_course(monkeypatch):
    monkeypatch.chdir(ROOT / "lessons")
    monkeypatch.setenv("COURSE_DATA_DIR", "data")
    assert teacher_folder() == ROOT / "data"


def test_a_cache_that_lies_under_a_file_is_named(server, tmp_path, monkeypatch):
    (server.folder / "set.npz").write_bytes(b"12345")
    blocked = tmp_path / "файл"
    blocked.write_text("не папка", encoding="utf-8")
    monkeypatch.setenv("COURSE_CACHE_DIR", str(blocked / "кэш"))
    with pytest.raises(CourseError, match=r"не могу записать.*COURSE_CACHE_DIR"):
        fetch(Remote("set.npz", (server.url + "set.npz",), None))


KERNEL = """
import sys
import ipykernel.zmqshell  # by this tqdm knows a kernel
sys.modules["ipywidgets"] = None  # as in an environment that lacks it
"""


def test_a_kernel_without_ipywidgets_is_told_nothing():
    """tqdm's warning, which pooch's import brings, would fail the lesson's run."""
    loud = [sys.executable, "-c", KERNEL + "import pooch"]
    done = subprocess.run(loud, capture_output=True, text=True)
    assert "IProgress not found" in done.stderr
    quiet = "from helpers.data import download; download.cache_folder()"
    quiet = [sys.executable, "-c", KERNEL + quiet]
    environment = {k: v for k, v in os.environ.items() if k != "COURSE_CACHE_DIR"}
    done = subprocess.run(
        quiet, capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
