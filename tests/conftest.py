"""What several tests need: a local server with faults, an empty cache, real data."""

import functools
import http.server
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from helpers.data import load
from helpers.data.simulator import simulate
from tests.support import ROOT, FaultyHandler

REAL_DATA = os.environ.get("COURSE_DATA_DIR")  # tests that look there ask for real_data


@pytest.fixture
def unbroken(monkeypatch):
    """Lines as they are said, before they are broken between words."""
    monkeypatch.setattr("helpers.errors.WIDTH", 10**6)


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


@pytest.fixture(autouse=True)
def no_data_of_the_user(monkeypatch):
    """No test but those that ask for it reads the user's own files."""
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)


@pytest.fixture
def real_data():
    """The folder of real data sets, ``COURSE_DATA_DIR`` as it was at the start."""
    if not REAL_DATA:
        pytest.skip("COURSE_DATA_DIR names no folder of real data sets")
    return (ROOT / Path(REAL_DATA).expanduser()).resolve()


@pytest.fixture
def teacher(teacher_folder, monkeypatch):
    """The same, in full mode."""
    monkeypatch.setenv("COURSE_DATA", "full")
    return teacher_folder


@pytest.fixture
def wells_sample(cache):
    """The embedded wells."""
    return load("wells", "sample")


@pytest.fixture(scope="session")
def many_wells():
    """Five hundred wells of the simulator."""
    return simulate(500, np.random.default_rng(0))
