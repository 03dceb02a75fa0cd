"""What tests of several rooms share."""

import http.server
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import ROOT
from helpers.errors import CourseError

HEAVY = (
    "tensorflow", "keras", "jax", "torch", "pandas", "matplotlib", "sklearn", "gensim",
    "pymorphy3", "defusedxml",
)  # fmt: skip


def heavy_modules_after(code):
    """Return which of `HEAVY` are loaded once the code has run, as it prints them."""
    code = f"import sys\n{code}\nprint([m for m in {HEAVY} if m in sys.modules])"
    command = [sys.executable, "-X", "utf8", "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def line_of(call, *arguments):
    """Return the one line that a refusal is."""
    with pytest.raises(CourseError) as caught:
        call(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    return message


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
