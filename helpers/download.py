"""Where the file of a full data set comes from: a teacher's folder, the cache, the net.

What is in the files is the business of ``helpers.data``.
"""

import errno
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
ATTEMPTS = 3


@dataclass(frozen=True)
class Remote:
    """A file of a full data set.

    Attributes
    ----------
    name : str
        Its name in ``COURSE_DATA_DIR`` and in the cache.
    urls : tuple of str
        Where it is downloaded from, first choice first; empty when it has no address.
    sha256 : str or None
        Sum of the downloaded bytes; None where nobody has published one, and then
        the reader of the data set checks what is inside.
    """

    name: str
    urls: tuple[str, ...] = ()
    sha256: str | None = None


def teacher_folder():
    """Return the absolute folder that ``COURSE_DATA_DIR`` names, or None.

    A relative path is looked for beside the course first, since kernels start in
    ``lessons/``, then in the working directory.

    Raises
    ------
    CourseError
        There is no such folder.
    """
    text = os.environ.get("COURSE_DATA_DIR", "").strip()
    if not text:
        return None
    given = Path(text).expanduser()
    for folder in [ROOT / given, Path.cwd() / given]:  # an absolute path stays itself
        if folder.is_dir():
            return folder.resolve()
    raise CourseError(
        f"COURSE_DATA_DIR={text}: такой папки нет",
        "Укажите полный путь к папке с файлами данных или уберите переменную, тогда "
        "данные будут скачаны.",
    )


def cache_folder():
    """Return the folder of downloads: ``COURSE_CACHE_DIR``, or the system's own."""
    text = os.environ.get("COURSE_CACHE_DIR", "").strip()
    if text:
        return Path(text).expanduser().resolve()
    return Path(_pooch().os_cache("neural-networks-ru"))


def fetch(remote):
    """Return the path of a verified file in the cache, downloading it when needed.

    Pooch writes the bytes to a temporary file, checks the sum, and only then gives
    them their name, so that an interruption leaves nothing behind.

    Parameters
    ----------
    remote : Remote

    Returns
    -------
    pathlib.Path

    Raises
    ------
    CourseError
        Every address failed, or there is none; the message says what was tried and
        how to do it by hand.
    """
    target = cache_folder() / remote.name
    if target.is_file() and _matches(target, remote.sha256):
        return target
    failures = []
    for url in remote.urls:
        try:
            return _download(url, remote, target)
        except CourseError:
            raise
        except Exception as error:
            failures.append(f"{url}: {_reason(error)}")
    tried = "; ".join(failures) or "адреса для скачивания у этого файла нет"
    raise CourseError(
        f"не удалось получить {remote.name} ({tried}). Скачайте файл в браузере, "
        "положите его в любую папку и укажите её в переменной COURSE_DATA_DIR, "
        f'либо работайте на встроенной выборке: mode="sample" (COURSE_DATA=sample).'
    )


def _download(url, remote, target):
    import logging

    pooch = _pooch()
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # its lines are English; ours follow
    print(f"Скачиваю {remote.name}: {url}")
    bar = _progress_bar()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source = pooch.create(
            path=target.parent,
            base_url="",
            registry={remote.name: remote.sha256},
            urls={remote.name: url},
            retry_if_failed=ATTEMPTS - 1,
        )
        downloader = pooch.HTTPDownloader(
            progressbar=bar, chunk_size=1 << 16, timeout=30
        )
        source.fetch(remote.name, downloader=downloader)
    except OSError as error:
        unwritable = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC)
        if error.errno in (*unwritable, errno.ENOTDIR, errno.EEXIST):
            raise CourseError(
                f"не могу записать {target}: {error.strerror}. Освободите место или "
                "укажите другую папку в переменной COURSE_CACHE_DIR."
            ) from error
        raise
    finally:
        bar.close()
        logger.setLevel(level)
    return target


def _progress_bar():
    """Return a tqdm bar on stdout: what goes to stderr is red in a notebook."""
    import sys

    from tqdm import tqdm

    return tqdm(
        total=0, unit="Б", unit_scale=True, ncols=79, leave=False, file=sys.stdout
    )


def _matches(path, sha256):
    if sha256 is None:
        return True
    return _pooch().file_hash(str(path)) == sha256


def _pooch():
    """Import pooch in silence: tqdm warns where a kernel has no ipywidgets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pooch
    return pooch


def _reason(error):
    """Return the cause of a failed download, in Russian."""
    import requests

    response = getattr(error, "response", None)
    if response is not None:
        return f"сервер ответил {response.status_code}"
    if isinstance(error, requests.exceptions.Timeout):
        return "сервер не отвечает"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "соединение оборвалось"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "нет соединения"
    if isinstance(error, ValueError):
        return "получены не те байты: контрольная сумма не сошлась"
    return str(error) or type(error).__name__
