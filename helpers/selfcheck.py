"""Say whether this computer is ready for the lessons: ``python -m helpers``.

Each check returns a `Result`.  Nothing heavy is imported before a check needs it, and
Python 3.6 can read this file, so that an old Python gets its line and no traceback.
"""

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from helpers import ROOT

SUPPORTED = re.search(
    r'requires-python = ">=3\.(\d+),<3\.(\d+)"',
    (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
)
OLDEST, NEWEST = (3, int(SUPPORTED[1])), (3, int(SUPPORTED[2]) - 1)
OK, WARNING, TROUBLE, SKIPPED = "ок", "внимание", "беда", "пропуск"
BACKENDS = ("tensorflow", "jax", "torch")
# Measured: lesson 1 took 0.8 GB on the sample, lesson 4 took 3.0 GB on the full set.
MEMORY_GB = {"sample": 2.0, "full": 3.5}
# CIFAR-10 and CIFAR-100 0.34, Fashion-MNIST 0.03, IMDB 0.02, MNIST 0.01, texts 0.01.
FULL_GB = 0.41
GB = 1e9
PROBE = """\
import keras
from helpers import training
keras.ops.convert_to_numpy(keras.ops.ones(1) + 1)
print(training.describe_device())
"""
# How a process ends that meets an instruction its processor has not: POSIX, Windows.
ILLEGAL_INSTRUCTION = (-4, 0xC000001D)


class Result(NamedTuple):
    """What a check found.

    Attributes
    ----------
    status : str
        `OK`, `WARNING` (lessons run), `TROUBLE` (they do not), or `SKIPPED`.
    text : str
        What was found, in Russian.
    advice : str
        What to do about it; empty when nothing has to be done.
    """

    status: str
    text: str
    advice: str = ""


def in_colab():
    """Return whether this is Google Colab.

    A notebook there has ``google.colab`` in memory, a command started from it has not,
    so the variable that Colab sets counts too.
    """
    return "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ


def _python():
    """Return how to name this Python in a command typed in the course's folder."""
    try:
        return str(Path(sys.executable).relative_to(ROOT))
    except ValueError:
        return "python"


def _install():
    if in_colab():
        return "Выполните ячейку подготовки урока: она установит, чего не хватает."
    windows = sys.platform == "win32"
    own = Path(".venv", "Scripts/python.exe" if windows else "bin/python")
    if (ROOT / own).exists() and not _same_folder(sys.prefix, ROOT / ".venv"):
        return (
            "Запущен не тот Python, что в окружении курса. Повторите в папке курса: "
            f"{own} -m helpers"
        )
    return f"Установите пакеты: {_python()} -m pip install -r requirements.txt"


def _number(value):
    return f"{value:.1f}".replace(".", ",")


def _from_error(error, status=TROUBLE):
    """Return the result of a `CourseError`: what is wrong, then what to do."""
    return Result(status, error.what.rstrip("."), error.advice)


def _mode():
    """Return the mode of a lesson started here, or None when COURSE_DATA is wrong."""
    from helpers.data import default_mode
    from helpers.errors import CourseError

    if in_colab() and not os.environ.get("COURSE_DATA", "").strip():
        return "full"  # what a notebook there takes by default
    try:
        return default_mode()
    except CourseError:
        return None


# --- the checks, in the order in which they are printed ------------------------------


def check_python(version=None, is_64bit=None):
    """Check the version of Python.

    Parameters
    ----------
    version : tuple of int, optional
        Of this Python by default.
    is_64bit : bool, optional
        Of this Python by default.

    Returns
    -------
    Result
    """
    version = tuple(version or sys.version_info)
    is_64bit = sys.maxsize > 2**32 if is_64bit is None else is_64bit
    versions = (*version[:3], *OLDEST, *NEWEST)
    text = "Python {}.{}.{}; курсу нужен от {}.{} до {}.{}".format(*versions)
    windows = sys.platform == "win32"
    newest = "{}.{}".format(*NEWEST)
    command = f"py -{newest} -m venv .venv" if windows else "make run"
    install = f"Установите Python {newest} и создайте окружение курса заново: {command}"
    if version[:2] < OLDEST:
        return Result(TROUBLE, text, install)
    if not is_64bit:
        bits = "этот 32-разрядный, а TensorFlow бывает только 64-разрядный"
        return Result(TROUBLE, f"{text}; {bits}", install)
    if version[:2] > NEWEST:
        return Result(WARNING, f"{text}, на более новом он не проверен", install)
    return Result(OK, text)


def check_encoding(console=None, files=None):
    """Check that Cyrillic survives in the console and in files.

    Parameters
    ----------
    console, files : str, optional
        Names of encodings; those of this process by default.

    Returns
    -------
    Result
    """
    import codecs
    import locale

    console = console or getattr(sys.stdout, "encoding", None) or "ascii"
    files = files or locale.getpreferredencoding(False)
    text = f"Кодировка консоли {console.upper()}, файлов {files.upper()}"
    if {codecs.lookup(name).name for name in (console, files)} == {"utf-8"}:
        return Result(OK, text)
    return Result(
        WARNING,
        f"{text}: не везде UTF-8",
        "Уроки указывают кодировку сами, но вывод и ваши файлы могут исказиться. "
        "Задайте переменную PYTHONUTF8=1 (Windows: setx PYTHONUTF8 1, затем новое "
        "окно консоли).",
    )


def check_packages():
    """Compare the installed packages with the ranges of ``pyproject.toml``.

    JupyterLab is the business of `check_jupyter`.  Another backend than TensorFlow
    does without it.
    """
    import tomllib
    from importlib import metadata

    from helpers.training import NEEDED

    try:
        with (ROOT / "pyproject.toml").open("rb") as file:
            lines = tomllib.load(file)["project"]["dependencies"]
    except OSError:
        return Result(
            TROUBLE,
            f"В папке {ROOT} нет файла pyproject.toml: курс скопирован не весь",
            "Скачайте курс заново, целой папкой.",
        )
    try:
        from packaging.specifiers import SpecifierSet
    except ImportError:  # keras requires packaging, so that keras is missing too
        SpecifierSet = None  # noqa: N806
    found, missing, off = [], [], []
    for line in lines:
        name, wanted = re.fullmatch(r"([\w.-]+)(.*)", line).groups()
        if name == "jupyterlab" or (name == "tensorflow" and _backend() != name):
            continue
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        found.append(f"{name} {version}")
        if SpecifierSet and not SpecifierSet(wanted).contains(version, True):
            off.append(f"{name} {version} (нужен {wanted})")
    problems = []
    if missing:
        problems.append(f"Нет пакетов: {', '.join(missing)}")
    if off:
        problems.append(f"Не те версии: {', '.join(off)}")
    if not problems:
        return Result(OK, f"Пакеты: {', '.join(found)}")
    fatal = set(missing) - (set(NEEDED) if in_colab() else set())
    advice = _install()
    if in_colab() and (fatal or off):
        advice = (
            "Меню Runtime, Change runtime type: возьмите CPU или GPU (в среде с TPU "
            "нет TensorFlow) и последнюю версию среды."
        )
    elif "tensorflow" in missing and _is_intel_mac():
        advice = (
            "Для Mac с процессором Intel нет TensorFlow новее 2.16, а нужен 2.19: "
            "откройте уроки в Colab. На Mac с процессором Apple возьмите Python для "
            "arm64, а не для Intel."
        )
    text = ". ".join(problems)
    return Result(TROUBLE if fatal else WARNING, text, advice)


def _is_intel_mac():
    import platform

    return platform.system() == "Darwin" and platform.machine() == "x86_64"


def _backend():
    return os.environ.get("KERAS_BACKEND", "").strip() or "tensorflow"


def check_jupyter():
    """Check JupyterLab, and that the kernel ``python3`` is this environment's."""
    from importlib import metadata

    if in_colab():
        return Result(SKIPPED, "JupyterLab: в Colab не нужен")
    try:
        title = f"JupyterLab {metadata.version('jupyterlab')}"
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except (metadata.PackageNotFoundError, ImportError):
        text = "JupyterLab не установлен: открыть в нём уроки нельзя"
        return Result(WARNING, text, _install())
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Result(
            WARNING,
            f"{title}: нет ядра python3",
            f"Установите его: {_python()} -m pip install ipykernel",
        )
    command = spec.argv[0] if spec.argv else ""
    major, minor = sys.version_info[:2]
    native = {"python", f"python{major}", f"python{major}.{minor}"}
    prefix = sys.prefix if command in native else _prefix_of(command)
    if prefix is not None and _same_folder(prefix, sys.prefix):
        return Result(OK, f"{title}, ядро python3 из этого окружения")
    whose = f"из другого окружения: {prefix}" if prefix else "не запускается"
    return Result(
        WARNING,
        f"{title}: ядро python3 {whose} ({spec.resource_dir})",
        "Открывайте уроки командой make lab, или задайте переменную "
        "JUPYTER_PREFER_ENV_PATH=1, или уберите это ядро: "
        f"{_python()} -m jupyter kernelspec remove python3",
    )


def _prefix_of(command):
    """Return the environment of a Python, or None when it does not run."""
    return _answer([command, "-c", "import sys; print(sys.prefix)"])


def _answer(command):
    """Return what a quick program prints, or None when it fails or prints nothing."""
    import subprocess

    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PYTHONUTF8": "1"},
            timeout=60,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _same_folder(*paths):
    return len({os.path.normcase(os.path.realpath(path)) for path in paths}) == 1


def check_seed():
    """Check ``COURSE_SEED``."""
    from helpers.errors import CourseError
    from helpers.training import seed_from_environment

    try:
        return Result(OK, f"Зерно генератора {seed_from_environment()}")
    except CourseError as error:
        return _from_error(error)


def check_mode():
    """Check ``COURSE_DATA`` and say which data the lessons will take."""
    from helpers.data import default_mode
    from helpers.errors import CourseError

    try:
        default_mode()
    except CourseError as error:
        return _from_error(error)
    mode = _mode()
    what = {
        "sample": "встроенные выборки, сеть не нужна",
        "full": "полные наборы из COURSE_DATA_DIR, из кэша или из сети",
    }[mode]
    return Result(OK, f"Режим данных {mode}: {what}")


def check_teacher_folder():
    """Check ``COURSE_DATA_DIR``: which full data sets lie there."""
    from helpers.data import CATALOGUE
    from helpers.data.download import teacher_folder
    from helpers.errors import CourseError

    mode = _mode()
    try:
        folder = teacher_folder()
    except CourseError as error:
        return _from_error(error, WARNING if mode == "sample" else TROUBLE)
    if folder is None:
        return Result(OK, "COURSE_DATA_DIR не задана: полные наборы скачиваются")
    found, missing = [], []
    for entry in CATALOGUE.values():
        options = [[each.name for each in lay.files] for lay in entry.sources]
        whole = [all((folder / name).is_file() for name in names) for names in options]
        if any(whole):
            found.append(" + ".join(options[whole.index(True)]))
        elif options:
            missing.append(" или ".join(" + ".join(names) for names in options))
    parts = [f"есть {', '.join(found)}"] if found else []
    parts += [f"нет {', '.join(missing)}"] if missing else []
    text = f"COURSE_DATA_DIR, папка {folder}: {'; '.join(parts)}"
    if mode == "sample":
        return Result(OK, f"{text} (в режиме sample она не нужна)")
    if missing:
        return Result(
            WARNING,
            text,
            "Недостающее урок скачает; чего нет в сети (production.csv), заменит "
            "выборкой. Если в классе нет сети, положите эти файлы в папку заранее.",
        )
    return Result(OK, text)


def check_cache():
    """Check the folder of downloads: can it be written, is anything in it broken."""
    import tempfile

    from helpers.data.download import cache_folder

    folder = cache_folder()
    title = f"Кэш {folder}"
    try:
        with tempfile.TemporaryFile(dir=str(_nearest(folder))):
            pass
    except OSError as error:
        own = _mode() == "sample" or os.environ.get("COURSE_DATA_DIR")
        return Result(
            WARNING if own else TROUBLE,  # lessons can do without it, or not
            f"{title}: записать нельзя ({error.strerror})",
            "Укажите другую папку в переменной COURSE_CACHE_DIR. В режиме sample кэш "
            "не нужен.",
        )
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    parts = sorted(path.name for path in files if re.match(r"tmp\w{8}$", path.name))
    if parts:  # what pooch leaves behind when the process is killed
        return Result(
            WARNING,
            f"{title}: недокачанные файлы {', '.join(parts)}",
            "Если сейчас ничего не скачивается, удалите их: они только занимают место.",
        )
    damaged = [path.name for path in files if _is_damaged(path)]
    if damaged:
        return Result(
            WARNING,
            f"{title}: контрольная сумма не сошлась у {', '.join(damaged)}",
            "Удалите эти файлы: урок скачает их заново.",
        )
    return Result(OK, f"{title}: {', '.join(path.name for path in files) or 'пуст'}")


def _nearest(folder):
    """Return a path, or the nearest one above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _is_damaged(path):
    """Return whether a file of the catalogue has another sum than it should."""
    import hashlib

    from helpers.data import CATALOGUE

    sums = {
        remote.name: remote.sha256
        for entry in CATALOGUE.values()
        for source in entry.sources
        for remote in source.files
        if remote.sha256
    }
    if path.name not in sums or not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() != sums[path.name]


def check_disk():
    """Check the free space where downloads go."""
    import shutil

    from helpers.data.download import cache_folder

    folder = cache_folder()
    free = shutil.disk_usage(str(_nearest(folder))).free / GB
    there = [path for path in folder.glob("*") if path.is_file()]
    kept = sum(path.stat().st_size for path in there) / GB
    text = (
        f"Свободно на диске {_number(free)} ГБ; все полные наборы занимают около "
        f"{_number(FULL_GB)} ГБ"
    )
    if _mode() != "sample" and free < FULL_GB - kept:
        return Result(
            WARNING,
            text,
            "Освободите место или перенесите кэш: COURSE_CACHE_DIR=/другая/папка. "
            "Встроенным выборкам (COURSE_DATA=sample) место не нужно.",
        )
    return Result(OK, text)


def check_samples():
    """Load every embedded sample."""
    import contextlib
    import io

    from helpers.data import CATALOGUE
    from helpers.errors import CourseError

    loaded = set()
    for entry in CATALOGUE.values():
        if entry.sample in loaded:
            continue
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                entry.sample()
        except CourseError as error:
            return _from_error(error)
        loaded.add(entry.sample)
    return Result(OK, f"Встроенные выборки читаются: {', '.join(CATALOGUE)}")


def check_memory():
    """Check the free memory."""
    free = _free_memory()
    if free is None:
        return Result(SKIPPED, "Память: сколько свободно, узнать не удалось")
    needed = MEMORY_GB[_mode() or "full"]
    text = f"Свободно памяти {_number(free)} ГБ, уроку нужно до {_number(needed)} ГБ"
    if free >= needed:
        return Result(OK, text)
    return Result(
        WARNING,
        text,
        "Закройте другие программы и лишние ядра (меню Kernel в JupyterLab); при "
        "нехватке берите выборки (COURSE_DATA=sample) или Colab.",
    )


def _free_memory():
    """Return gigabytes, or None; psutil, which comes with the tests, knows anywhere."""
    try:
        import psutil

        return psutil.virtual_memory().available / GB
    except ImportError:
        pass
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"^MemAvailable:\s+(\d+) kB", text, re.M)
    return int(found[1]) * 1024 / GB if found else None


def check_device():
    """Import Keras, let it add two numbers, name the device.

    That happens in a process of its own: TensorFlow writes past ``sys.stderr``, and on
    a processor that it does not know it takes the whole process down.
    """
    import subprocess

    backend = _backend()
    if backend not in BACKENDS:
        return Result(
            TROUBLE,
            f"KERAS_BACKEND={backend}: такого бэкенда в курсе нет",
            f"Есть {', '.join(BACKENDS)}. Исправьте переменную или уберите её.",
        )
    quiet = {
        "PYTHONUTF8": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # a lesson may be using the same card
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            cwd=str(ROOT),
            env={**os.environ, **quiet},
            timeout=300,
        )
    except subprocess.TimeoutExpired:
        return Result(
            WARNING,
            "Keras не загрузился за пять минут",
            "Повторите проверку. Если опять долго: диск медленный или сетевой, либо "
            "каждый файл проверяет антивирус.",
        )
    if done.returncode:
        return _keras_failed(backend, done.returncode, done.stderr)
    line = done.stdout.strip().splitlines()[-1]
    if line.startswith("CPU") and _has_nvidia_card():
        return Result(
            WARNING,
            f"{line}: карта NVIDIA есть, но Keras её не видит",
            _card_advice(backend),
        )
    return Result(OK, line)


def _keras_failed(backend, code, stderr):
    lines = stderr.strip().splitlines()
    cause = lines[-1].strip() if lines else f"код завершения {code}"
    text = f"Keras не загружается: {cause}"
    absent = re.search(r"No module named '(\w+)", cause)
    if code in ILLEGAL_INSTRUCTION:
        text = f"{backend} упал при загрузке: процессор не знает нужных ему команд"
        advice = "TensorFlow нужен процессор с AVX. Откройте уроки в Colab."
    elif code < 0:
        text = f"{backend} упал при загрузке (сигнал {-code})"
        advice = (
            "Чаще всего не хватает памяти (сигнал 9) или повреждена установка: "
            "закройте другие программы, затем создайте окружение заново."
        )
    elif absent:
        text = f"Keras не загружается: нет пакета {absent[1]}"
        advice = _install()
        if absent[1] in BACKENDS[1:]:
            advice = (
                f"Уберите переменную KERAS_BACKEND, или установите {absent[1]}: "
                f"{_python()} -m pip install {absent[1]}"
            )
    elif "DLL load failed" in stderr:
        text = "TensorFlow не загружается: Windows не нашла нужную ему библиотеку DLL"
        advice = (
            "Установите Microsoft Visual C++ Redistributable (x64) с сайта Microsoft "
            "и перезагрузите компьютер. Если не помогло, у процессора может не быть "
            "AVX: тогда Colab."
        )
    elif "Unable to import backend" in cause:
        advice = (
            "Бэкенд задан в файле .keras/keras.json вашей домашней папки: удалите его."
        )
    else:
        advice = (
            "Создайте окружение заново: удалите папку .venv и повторите установку из "
            "README.ru.md."
        )
    return Result(TROUBLE, text, advice)


def _has_nvidia_card():
    import shutil

    program = shutil.which("nvidia-smi")
    return program is not None and "GPU 0" in (_answer([program, "-L"]) or "")


def _card_advice(backend):
    from importlib import metadata

    if sys.platform == "win32":
        return (
            "В самой Windows TensorFlow видит карту только до версии 2.10. Поставьте "
            "курс в WSL2 или считайте на процессоре: выборкам его хватает."
        )
    if backend != "tensorflow":
        return f"Установите сборку {backend} для CUDA или считайте на процессоре."
    version = metadata.version("tensorflow")
    return (
        f'Установите библиотеки CUDA: {_python()} -m pip install "tensorflow[and-cuda]'
        f'=={version}". Выборкам хватает и процессора.'
    )


CHECKS = {
    "Python": check_python,
    "Кодировка": check_encoding,
    "Пакеты": check_packages,
    "JupyterLab": check_jupyter,
    "Зерно генератора": check_seed,
    "Режим данных": check_mode,
    "COURSE_DATA_DIR": check_teacher_folder,
    "Кэш": check_cache,
    "Диск": check_disk,
    "Встроенные выборки": check_samples,
    "Память": check_memory,
    "Keras и устройство": check_device,
}


# --- running and printing them --------------------------------------------------------


def run(name, check, broken=False):
    """Return the result of a check, also of one that fails itself.

    Parameters
    ----------
    name : str
        What the line calls the check when it fails.
    check : callable
        Takes nothing, returns a `Result`.
    broken : bool
        Whether packages were found missing before: then a check that cannot be made
        without them is no trouble of its own.

    Returns
    -------
    Result
    """
    try:
        return check()
    except ModuleNotFoundError as error:
        text = f"{name}: не проверить без пакета {error.name}"
        return Result(SKIPPED, text) if broken else Result(TROUBLE, text, _install())
    except Exception as error:
        return Result(
            TROUBLE,
            f"{name}: проверка сорвалась: {type(error).__name__}: {error}",
            "Покажите эту строку преподавателю или авторам курса.",
        )


def verdict(results):
    """Return the last line and the exit status.

    Parameters
    ----------
    results : list of Result

    Returns
    -------
    tuple of str and int
    """
    statuses = [result.status for result in results]
    troubles, warnings = statuses.count(TROUBLE), statuses.count(WARNING)
    more = "Подробнее: docs/troubleshooting.md"
    if troubles:
        return f"Уроки пока не запустятся. Исправить: {troubles}. {more}", 1
    if warnings:
        return f"Уроки запустятся. Обратите внимание: {warnings}. {more}", 0
    return "Всё готово: можно открывать уроки.", 0


def main():
    """Run the checks and print them; return 0 when lessons can run, else 1."""
    _make_printable(sys.stdout)
    print(f"Проверка курса, папка {ROOT}\n")
    results = []
    for name, check in CHECKS.items():
        broken = any(each.status == TROUBLE for each in results)
        result = run(name, check, broken)
        results.append(result)
        print(f"{f'[{result.status}]':<11} {result.text}")
        if result.advice:
            print(f"{'':<11} Что делать: {result.advice}")
        sys.stdout.flush()
        if sys.version_info[:2] < OLDEST:
            break  # the other checks would only stumble
    text, status = verdict(results)
    print(f"\n{text}")
    return status


def _make_printable(stream):
    """Let a console that has no Cyrillic show something rather than fail."""
    if not hasattr(stream, "reconfigure"):
        return
    try:
        "ё".encode(stream.encoding)
        stream.reconfigure(errors="replace")
    except UnicodeEncodeError:
        stream.reconfigure(encoding="utf-8", errors="replace")
