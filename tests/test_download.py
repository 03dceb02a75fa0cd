"""Downloads, against a server on 127.0.0.1: good, missing, wrong, cut, unreachable."""

import hashlib
import os
import socket
import subprocess
import sys

import pytest

from helpers import download
from helpers.download import Remote, fetch, teacher_folder
from helpers.errors import CourseError

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
        ("page/", "контрольная сумма не сошлась"),
        ("cut/", "соединение оборвалось"),
    ],
)
def test_faults_leave_nothing_and_say_what_happened(served, cache, fault, said):
    remote = Remote("set.bin", (served.url + fault + "set.bin",), SUM)
    with pytest.raises(CourseError) as caught:
        fetch(remote)
    message = str(caught.value)
    assert said in message
    assert "COURSE_DATA_DIR" in message
    assert "sample" in message
    assert "\n" not in message
    assert left_in(cache) == []
    assert len(served.requests) == download.ATTEMPTS


def test_no_connection(cache):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(CourseError, match="нет соединения"):
        fetch(Remote("set.bin", (f"http://127.0.0.1:{port}/set.bin",), SUM))
    assert left_in(cache) == []


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
    monkeypatch.chdir(download.ROOT / "lessons")
    monkeypatch.setenv("COURSE_DATA_DIR", "data")
    assert teacher_folder() == download.ROOT / "data"


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
    quiet = "from helpers import download; download.cache_folder()"
    quiet = [sys.executable, "-c", KERNEL + quiet]
    environment = {k: v for k, v in os.environ.items() if k != "COURSE_CACHE_DIR"}
    done = subprocess.run(
        quiet, capture_output=True, text=True, cwd=download.ROOT, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
