"""Where the file of a full data set comes from: a teacher's folder, the cache, the net.

What is in the files is the business of the modules of the data sets.
"""

import errno
import hashlib
import logging
import os
import re
import ssl
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

from helpers import ROOT
from helpers.errors import CourseError

ATTEMPTS = 3
FEW = 4  # so many files a message names one by one
PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html)", re.IGNORECASE)


class PageError(ValueError):
    """A web page has come where a file was asked for."""


@dataclass(frozen=True)
class Remote:
    """A file of a full data set; without addresses it is nowhere to be downloaded.

    Where nobody has published a sum the reader of the data set checks what is inside.
    """

    name: str  # in COURSE_DATA_DIR and in the cache; of one of many "folder/a.txt"
    urls: tuple[str, ...] = ()  # first choice first
    sha256: str | None = None
    megabytes: float = 0  # of the download


def teacher_folder():
    """Return the absolute folder that ``COURSE_DATA_DIR`` names, or None.

    A relative path is looked for beside the course first, since kernels start in
    ``lessons/``, then in the working directory.  No such folder: `CourseError`.
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


def named(remotes):
    """Return what a message calls files: by their names, or many by their folder."""
    names = [remote.name for remote in remotes]
    if len(names) <= FEW:
        return " + ".join(names)
    return f"{names[0].partition('/')[0]}/ (файлов {len(names)})"


def at_hand(remote, folder=None):
    """Return the path of a whole file that need not be downloaded, or None.

    It lies in the cache or, if its sum is known, in ``folder``.
    """
    places = [cache_folder(), *([folder] if folder and remote.sha256 else [])]
    paths = [place / remote.name for place in places]
    whole = (each for each in paths if each.is_file() and is_whole(each, remote.sha256))
    return next(whole, None)


def fetch(remote):
    """Return the path of a verified file in the cache, downloading it when needed.

    Pooch writes the bytes to a temporary file, checks the sum, and only then gives
    them their name, so that an interruption leaves nothing behind.  Where every address
    fails a `CourseError` says what was tried and how to do it by hand.
    """
    if path := at_hand(remote):
        return path
    failures, advice = [], {}
    for url in remote.urls:
        try:
            return _download(url, remote, cache_folder() / remote.name)
        except CourseError:
            raise
        except Exception as error:
            what, todo = _reason(error)
            failures.append(f"{url}: {what}")
            advice[todo] = None
    tried = "; ".join(failures) or "адреса для скачивания у этого файла нет"
    by_hand = (
        f"Скачайте файл в браузере, положите его под именем {remote.name} в любую "
        "папку и укажите её в переменной COURSE_DATA_DIR, либо работайте на встроенной "
        'выборке: mode="sample" (COURSE_DATA=sample).'
    )
    raise CourseError(
        f"не удалось получить {remote.name} ({tried})",
        " ".join(filter(None, [*advice, by_hand])),
    )


def is_whole(path, sha256):
    """Tell whether a file has a sum; where none is known, any file has."""
    if sha256 is None:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _download(url, remote, target):
    from tqdm import tqdm

    pooch = _pooch()
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # its lines are English; ours follow
    look = {"unit": "Б", "unit_scale": True, "ncols": 79, "leave": False}
    if "/" in remote.name:  # one of many, of which one line has told
        look["desc"] = target.stem
    else:
        print(f"Скачиваю {remote.name}: {url}")
    bar = tqdm(total=0, file=sys.stdout, **look)  # in a notebook stderr is red
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source = pooch.create(
            path=target.parent,
            base_url="",
            registry={target.name: remote.sha256},
            urls={target.name: url},
            retry_if_failed=ATTEMPTS - 1,
        )
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=65536, timeout=30)

        def no_page(url, output, source):
            downloader(url, output, source)
            with Path(output).open("rb") as file:
                if PAGE.match(file.read(1000)):
                    raise PageError

        source.fetch(target.name, downloader=no_page)
    except OSError as error:
        unwritable = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC)
        if error.errno in (*unwritable, errno.ENOTDIR, errno.EEXIST):
            what = f"не могу записать {target}: {error.strerror}."
            advice = "Освободите место или укажите другую папку в переменной "
            advice += "COURSE_CACHE_DIR."
            raise CourseError(what, advice) from error
        raise
    finally:
        bar.close()
        logger.setLevel(level)
    return target


def _pooch():
    """Import pooch in silence: tqdm warns where a kernel has no ipywidgets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pooch
    return pooch


def _reason(error):
    """Return the cause of a failed download and what to do about it, in Russian."""
    from requests import exceptions as kinds

    chain = list(_chain(error))
    status = getattr(getattr(error, "response", None), "status_code", None)
    refused = next((each for each in chain if isinstance(each, ssl.SSLError)), None)
    said = " ".join(map(str, chain))
    if "CERTIFICATE_VERIFY_FAILED" in said:
        why = getattr(refused, "verify_message", "")
        return "сертификат сайта не прошёл проверку" + (f" ({why})" if why else ""), (
            "Проверьте дату на компьютере. Если сеть школы или организации подменяет "
            "сертификаты, попросите у администратора её сертификат, файл .pem, и "
            "укажите путь к нему в переменной REQUESTS_CA_BUNDLE."
        )
    if "CA certificate bundle" in said:
        advice = "Исправьте или уберите переменную REQUESTS_CA_BUNDLE."
        return "файла с сертификатами нет", advice
    if status == 407 or " 407 " in said:
        advice = "Укажите их в переменной HTTPS_PROXY=http://имя:пароль@адрес:порт."
        return "прокси просит имя и пароль", advice
    if isinstance(error, (kinds.ProxyError, kinds.InvalidProxyURL)):
        advice = "Проверьте адрес в переменной HTTPS_PROXY или уберите её."
        return "прокси не отвечает или отказал", advice
    if isinstance(error, PageError) or status == 511:
        return "вместо файла пришла веб-страница", (
            "Если сеть просит войти, откройте в браузере любую страницу, войдите и "
            "запустите ячейку ещё раз."
        )
    if status is not None:
        return f"сервер ответил {status}", ""
    if isinstance(error, kinds.ChunkedEncodingError):
        return "соединение оборвалось", ""
    what = "нет соединения" if isinstance(error, kinds.ConnectionError) else ""
    if any(isinstance(each, ConnectionRefusedError) for each in chain):
        what = "в соединении отказано"
    if refused is not None:
        what = "защищённое соединение не состоялось"
    if isinstance(error, kinds.Timeout):
        what = "сервер не отвечает"
    if what:
        return what, (
            "Проверьте соединение; если в интернет выходят через прокси, укажите его "
            "в переменной HTTPS_PROXY=http://адрес:порт."
        )
    if isinstance(error, ValueError) and not isinstance(error, kinds.RequestException):
        return "получены не те байты: контрольная сумма не сошлась", ""
    return str(error) or type(error).__name__, ""


def _chain(error, seen=()):
    """Yield an error and those that it wraps, in whatever way."""
    if isinstance(error, BaseException) and error not in seen:
        yield error
        inner = [error.__cause__, error.__context__, *error.args]
        for each in [*inner, getattr(error, "reason", None)]:
            yield from _chain(each, (*seen, error))
