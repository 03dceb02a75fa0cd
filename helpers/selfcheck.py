"""Say whether this computer is ready for the lessons: ``python -m helpers``.

Each check returns a `Result`.  Nothing heavy is imported before a check needs it, and
Python 3.7 can read this file, so that an old Python gets its line and no traceback.
"""

import codecs
import locale
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from helpers import ROOT

PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
SUPPORTED = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', PROJECT)
OLDEST, NEWEST = (3, int(SUPPORTED[1])), (3, int(SUPPORTED[2]) - 1)
OK, WARNING, TROUBLE, SKIPPED = "ок", "внимание", "беда", "пропуск"
BACKENDS = ("tensorflow", "jax", "torch")
# Measured: lesson 1 took 0.8 GB on the sample, lesson 4 took 3.0 GB on the full set.
MEMORY_GB = {"sample": 2.0, "full": 3.5}
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
    """What was found and what to do about it; with a `WARNING` lessons run."""

    status: str
    text: str
    advice: str = ""


def _advice(name):
    """Return what to do, as advice.toml has it."""
    import tomllib  # old Pythons have none

    path = Path(__file__).with_name("advice.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))[name]


def _asked(call):
    """Return what a call returns, or a `Result` in place of its `CourseError`."""
    from helpers.errors import CourseError

    try:
        return call()
    except CourseError as error:
        return Result(TROUBLE, error.what.rstrip("."), error.advice)


def in_colab():
    """Return whether this is Google Colab, in a notebook or in a command from it."""
    return "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ


def _python():
    """Return how to name this Python in a command typed in the course's folder."""
    try:
        return str(Path(sys.executable).relative_to(ROOT))
    except ValueError:
        return "python"


def _install():
    if in_colab():
        return _advice("colab")
    windows = sys.platform == "win32"
    own = Path(".venv", "Scripts/python.exe" if windows else "bin/python")
    if (ROOT / own).exists() and not _same_folder(sys.prefix, ROOT / ".venv"):
        return _advice("other python").format(own)
    return f"Установите пакеты: {_python()} -m pip install -r requirements.txt"


def _same_folder(*paths):
    return len({os.path.normcase(os.path.realpath(path)) for path in paths}) == 1


def _gb(value):
    return f"{value:.1f} ГБ".replace(".", ",")


def _mode():
    """Return the mode of a lesson started here, or a `Result`: COURSE_DATA is wrong."""
    from helpers.data import default_mode

    if in_colab() and not os.environ.get("COURSE_DATA", "").strip():
        return "full"  # what a notebook there takes by default
    return _asked(default_mode)


def _backend():
    return os.environ.get("KERAS_BACKEND", "").strip() or "tensorflow"


def _started(command, timeout=60, **environment):
    """Return a program that has ended, with what it wrote."""
    place = {"cwd": str(ROOT), "env": {**os.environ, "PYTHONUTF8": "1", **environment}}
    texts = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
    return subprocess.run(command, timeout=timeout, **place, **texts)


def _answer(command):
    """Return what a quick program prints, or None when it fails or prints nothing."""
    try:
        done = _started(command)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


# --- the checks, in the order in which they are printed ------------------------------


def check_python(version=None, is_64bit=None):
    """Check the version of Python: of this one by default."""
    version = tuple(version or sys.version_info)
    is_64bit = sys.maxsize > 2**32 if is_64bit is None else is_64bit
    versions = (*version[:3], *OLDEST, *NEWEST)
    text = "Python {}.{}.{}; курсу нужен от {}.{} до {}.{}".format(*versions)
    how = "py -{}.{} -m venv .venv".format(*NEWEST)
    how = how if sys.platform == "win32" else "make run"
    advice = "Установите Python {}.{} и создайте окружение курса заново: {}"
    advice = advice.format(*NEWEST, how)
    if version[:2] < OLDEST:
        return Result(TROUBLE, text, advice)
    if not is_64bit:
        bits = "этот 32-разрядный, а TensorFlow бывает только 64-разрядный"
        return Result(TROUBLE, f"{text}; {bits}", advice)
    if version[:2] > NEWEST:
        return Result(WARNING, f"{text}, на более новом он не проверен", advice)
    return Result(OK, text)


def check_encoding(console=None, files=None):
    """Check that Cyrillic survives in the console and in files of this process."""
    console = console or getattr(sys.stdout, "encoding", None) or "ascii"
    files = files or locale.getpreferredencoding(False)
    text = f"Кодировка консоли {console.upper()}, файлов {files.upper()}"
    if {codecs.lookup(name).name for name in (console, files)} == {"utf-8"}:
        return Result(OK, text)
    return Result(WARNING, f"{text}: не везде UTF-8", _advice("encoding"))


def check_packages():
    """Compare packages with ``pyproject.toml``, but JupyterLab has its own check."""
    import tomllib
    from importlib import metadata

    from helpers.training import NEEDED

    try:
        from packaging.specifiers import SpecifierSet
    except ImportError:  # keras requires packaging, so that keras is missing too
        SpecifierSet = None  # noqa: N806
    found, missing, off = [], [], []
    for line in tomllib.loads(PROJECT)["project"]["dependencies"]:
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
    problems = [f"Нет пакетов: {', '.join(missing)}"] if missing else []
    problems += [f"Не те версии: {', '.join(off)}"] if off else []
    if not problems:
        return Result(OK, f"Пакеты: {', '.join(found)}")
    intel_mac = (platform.system(), platform.machine()) == ("Darwin", "x86_64")
    fatal = set(missing) - (set(NEEDED) if in_colab() else set())
    advice = _install()
    if in_colab() and (fatal or off):
        advice = _advice("colab runtime")
    elif "tensorflow" in missing and intel_mac:
        advice = _advice("intel mac")
    return Result(TROUBLE if fatal else WARNING, ". ".join(problems), advice)


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
        advice = f"Установите его: {_python()} -m pip install ipykernel"
        return Result(WARNING, f"{title}: нет ядра python3", advice)
    command = spec.argv[0] if spec.argv else ""
    major, minor = sys.version_info[:2]
    native = {"python", f"python{major}", f"python{major}.{minor}"}
    asked = [command, "-c", "import sys; print(sys.prefix)"]
    prefix = sys.prefix if command in native else _answer(asked)
    if prefix is not None and _same_folder(prefix, sys.prefix):
        return Result(OK, f"{title}, ядро python3 из этого окружения")
    whose = f"из другого окружения: {prefix}" if prefix else "не запускается"
    text = f"{title}: ядро python3 {whose} ({spec.resource_dir})"
    return Result(WARNING, text, _advice("kernel").format(_python()))


def check_seed():
    """Check ``COURSE_SEED``."""
    from helpers.training import seed_from_environment

    seed = _asked(seed_from_environment)
    return Result(OK, f"Зерно генератора {seed}") if isinstance(seed, int) else seed


def check_mode():
    """Check ``COURSE_DATA`` and say which data the lessons will take."""
    mode = _mode()
    what = {
        "sample": "встроенные выборки, сеть не нужна",
        "full": "полные наборы из COURSE_DATA_DIR, из кэша или из сети",
    }
    return Result(OK, f"Режим данных {mode}: {what[mode]}") if mode in what else mode


def check_teacher_folder():
    """Check ``COURSE_DATA_DIR``: which full data sets lie there."""
    from helpers.data.base import absent_from
    from helpers.data.download import named, teacher_folder

    folder, sample = _asked(teacher_folder), _mode() == "sample"
    if folder is None:
        return Result(OK, "COURSE_DATA_DIR не задана: полные наборы скачиваются")
    if isinstance(folder, Result):
        return folder._replace(status=WARNING) if sample else folder
    found, missing = [], []
    for sources in _full_sets():
        absent = [absent_from(folder, source) for source in sources]
        if [] in absent:
            found.append(named(sources[absent.index([])].files))
        else:
            missing.append(" или ".join(map(named, absent)))
    parts = [f"есть {', '.join(found)}"] if found else []
    parts += [f"нет {', '.join(missing)}"] if missing else []
    text = f"COURSE_DATA_DIR, папка {folder}: {'; '.join(parts)}"
    if sample:
        return Result(OK, f"{text} (в режиме sample она не нужна)")
    return Result(WARNING, text, _advice("teacher")) if missing else Result(OK, text)


def _full_sets():
    """Return for each full data set its sources, each with its files."""
    from helpers.data import CATALOGUE

    return [entry.sources for entry in CATALOGUE.values() if entry.sources]


def check_cache():
    """Check the folder of downloads: can it be written, is anything in it broken."""
    from helpers.data.download import cache_folder, is_whole

    folder = cache_folder()
    title = f"Кэш {folder}"
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder)):
            pass
    except OSError as error:
        spare = _mode() == "sample" or os.environ.get("COURSE_DATA_DIR")
        text = f"{title}: записать нельзя ({error.strerror})"
        return Result(WARNING if spare else TROUBLE, text, _advice("cache"))
    files = _cached(folder)
    # As pooch names what it leaves behind when the process is killed.
    halves = [name for name in files if re.search(r"(^|/)tmp\w{8}$", name)]
    if halves:
        text = f"{title}: недокачанные файлы {', '.join(halves)}"
        return Result(WARNING, text, _advice("half a file"))
    known = [file for each in _full_sets() for source in each for file in source.files]
    sums = {file.name: file.sha256 for file in known}
    damaged = [name for name in files if not is_whole(files[name], sums.get(name))]
    if damaged:
        text = f"{title}: контрольная сумма не сошлась у {', '.join(damaged)}"
        return Result(WARNING, text, _advice("damaged"))
    names = dict.fromkeys(name.partition("/")[0] for name in files)
    return Result(OK, f"{title}: {', '.join(names) or 'пуст'}")


def _cached(folder):
    """Return the files of the cache and of its folders, by their names there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in paths}


def _nearest(folder):
    """Return a path, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _full_gb():
    """Return how much all full data sets take, each from its first source."""
    files = [file for source, *_ in _full_sets() for file in source.files]
    return sum(file.megabytes for file in files) / 1000


def check_disk():
    """Check the free space where downloads go."""
    from helpers.data.download import cache_folder

    folder = cache_folder()
    free = shutil.disk_usage(_nearest(folder)).free / GB
    needed = _full_gb()
    kept = sum(path.stat().st_size for path in _cached(folder).values()) / GB
    text = f"Свободно на диске {_gb(free)}"
    text += f"; все полные наборы занимают около {_gb(needed)}"
    if _mode() != "sample" and free < needed - kept:
        return Result(WARNING, text, _advice("disk"))
    return Result(OK, text)


def check_samples():
    """Load every embedded sample."""
    from helpers.data import CATALOGUE

    for sample in dict.fromkeys(entry.sample for entry in CATALOGUE.values()):
        found = _asked(sample)
        if isinstance(found, Result):
            return found
    return Result(OK, f"Встроенные выборки читаются: {', '.join(CATALOGUE)}")


def check_memory():
    """Check the free memory."""
    try:
        import psutil  # Jupyter's kernel brings it
    except ImportError:
        return Result(SKIPPED, "Память: сколько свободно, узнать не удалось")
    free = psutil.virtual_memory().available / GB
    needed = MEMORY_GB["sample" if _mode() == "sample" else "full"]
    text = f"Свободно памяти {_gb(free)}, уроку нужно до {_gb(needed)}"
    if free < needed:
        return Result(WARNING, text, _advice("memory"))
    return Result(OK, text)


def check_device():
    """Import Keras, let it add two numbers, name the device.

    In a process of its own: on a processor that it does not know TensorFlow takes the
    whole process down.
    """
    backend = _backend()
    if backend not in BACKENDS:
        text = f"KERAS_BACKEND={backend}: такого бэкенда в курсе нет"
        advice = f"Есть {', '.join(BACKENDS)}. Исправьте переменную или уберите её."
        return Result(TROUBLE, text, advice)
    quiet = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # a lesson may be using the same card
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    try:
        done = _started([sys.executable, "-c", PROBE], timeout=300, **quiet)
    except subprocess.TimeoutExpired:
        return Result(WARNING, "Keras не загрузился за пять минут", _advice("slow"))
    if done.returncode:
        return Result(TROUBLE, *_keras_failed(backend, done.returncode, done.stderr))
    line = done.stdout.strip().splitlines()[-1]
    if line.startswith("CPU") and _has_nvidia_card():
        text = f"{line}: карта NVIDIA есть, но Keras её не видит"
        return Result(WARNING, text, _card_advice(backend))
    return Result(OK, line)


def _keras_failed(backend, code, stderr):
    """Return what went wrong and what to do about it."""
    cause = (stderr.strip().splitlines() or [f"код завершения {code}"])[-1].strip()
    absent = re.search(r"No module named '(\w+)", cause)
    if code in ILLEGAL_INSTRUCTION:
        text = f"{backend} упал при загрузке: процессор не знает нужных ему команд"
        return text, _advice("avx")
    if code < 0:
        return f"{backend} упал при загрузке (сигнал {-code})", _advice("crash")
    if absent:
        text = f"Keras не загружается: нет пакета {absent[1]}"
        if absent[1] in BACKENDS[1:]:
            return text, _advice("backend").format(absent[1], _python())
        return text, _install()
    if "DLL load failed" in stderr:
        text = "TensorFlow не загружается: Windows не нашла нужную ему библиотеку DLL"
        return text, _advice("dll")
    advice = "keras.json" if "Unable to import backend" in cause else "anew"
    return f"Keras не загружается: {cause}", _advice(advice)


def _has_nvidia_card():
    program = shutil.which("nvidia-smi")
    return program is not None and "GPU 0" in (_answer([program, "-L"]) or "")


def _card_advice(backend):
    from importlib import metadata

    if sys.platform == "win32":
        return _advice("card on windows")
    if backend != "tensorflow":
        return f"Установите сборку {backend} для CUDA или считайте на процессоре."
    return _advice("cuda").format(_python(), metadata.version("tensorflow"))


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

    Once packages were found missing, `broken`, a check that cannot be made without
    them is no trouble of its own.
    """
    try:
        return check()
    except ModuleNotFoundError as error:
        text = f"{name}: не проверить без пакета {error.name}"
        return Result(SKIPPED, text) if broken else Result(TROUBLE, text, _install())
    except Exception as error:
        text = f"{name}: проверка сорвалась: {type(error).__name__}: {error}"
        advice = "Покажите эту строку преподавателю или авторам курса."
        return Result(TROUBLE, text, advice)


def verdict(results):
    """Return the last line, a str, and the exit status, an int."""
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
