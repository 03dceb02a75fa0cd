"""``python -m helpers``: every check in its good and its bad branch, then the whole."""

import ast
import hashlib
import importlib.metadata
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from pooch.utils import temporary_file

from helpers import data, selfcheck
from helpers.data.base import Entry, Source
from helpers.data.download import Remote
from helpers.selfcheck import OK, SKIPPED, TROUBLE, WARNING, Result
from tests.lessons.hygiene import FORBIDDEN, MIXED, NOT_PROSE
from tests.support import ROOT
from tools import check_python

PAGE = ROOT / "docs" / "troubleshooting.md"
VARIABLES = (
    "COURSE_DATA", "COURSE_DATA_DIR", "COURSE_CACHE_DIR", "COURSE_SEED",
    "KERAS_BACKEND", "COLAB_RELEASE_TAG",
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)


@pytest.fixture
def colab(monkeypatch):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")


# --- importing ------------------------------------------------------------------------


def test_importing_it_loads_nothing_heavy():
    heavy = ["numpy", "tensorflow", "keras", "pandas", "matplotlib", "pooch", "psutil"]
    code = (
        "import sys, helpers.selfcheck\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_an_old_python_can_read_it():
    with pytest.raises(SyntaxError):
        ast.parse("match 1:\n    case 1: pass", feature_version=(3, 7))
    at_import = set()
    for name in ("__init__", "__main__", "selfcheck"):
        source = (ROOT / "helpers" / f"{name}.py").read_text(encoding="utf-8")
        ast.parse(source, feature_version=(3, 7))
        at_import |= {
            getattr(node, "module", None) or node.names[0].name
            for node in ast.parse(source).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
    assert at_import == {  # all of them are in Python 3.7
        *("codecs", "locale", "os", "pathlib", "platform", "re", "shutil"),
        *("subprocess", "sys", "tempfile", "typing", "helpers"),
    }


# --- Python, encoding -----------------------------------------------------------------


def test_the_range_of_pythons_is_that_of_the_project():
    assert selfcheck.OLDEST == check_python.OLDEST
    assert selfcheck.NEWEST == check_python.NEWEST


@pytest.mark.parametrize(
    ("version", "is_64bit", "status"),
    [
        ((3, 11, 0), True, OK),
        ((3, 13, 9), True, OK),
        ((3, 10, 13), True, TROUBLE),
        ((3, 14, 0), True, WARNING),
        ((3, 12, 1), False, TROUBLE),
    ],
)
def test_python(version, is_64bit, status):
    result = selfcheck.check_python(version, is_64bit)
    assert result.status == status
    assert ".".join(map(str, version)) in result.text
    assert "от 3.11 до 3.13" in result.text
    assert bool(result.advice) == (status != OK)
    assert ("32-разрядный" in result.text) == (not is_64bit)


def test_the_advice_on_python_fits_the_system(monkeypatch):
    for system, command in [("win32", "py -3.13"), ("linux", "make run")]:
        monkeypatch.setattr(sys, "platform", system)
        assert command in selfcheck.check_python((3, 10, 0), True).advice


@pytest.mark.parametrize(
    ("console", "files", "status"),
    [
        ("utf-8", "UTF-8", OK),
        ("utf8", "cp65001", OK),
        ("cp1251", "utf-8", WARNING),
        ("utf-8", "cp1251", WARNING),
    ],
)
def test_encoding(console, files, status):
    result = selfcheck.check_encoding(console, files)
    assert result.status == status
    assert ("PYTHONUTF8" in result.advice) == (status == WARNING)


def test_encoding_looks_at_this_process(monkeypatch):
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding="cp866"))
    assert "CP866" in selfcheck.check_encoding().text


# --- packages -------------------------------------------------------------------------


@pytest.fixture
def versions(monkeypatch):
    """Versions that replace the installed ones; None: not installed."""
    changed, real = {}, importlib.metadata.version

    def version(name):
        found = changed[name] if name in changed else real(name)
        if found is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(importlib.metadata, "version", version)
    return changed


def test_packages_as_they_are():
    result = selfcheck.check_packages()
    assert result.status == OK, result
    assert f"numpy {importlib.metadata.version('numpy')}" in result.text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = len(project["project"]["dependencies"]) - 1  # JupyterLab has its own line
    assert result.text.count(",") == wanted - 1


def test_a_missing_package(versions):
    versions["gensim"] = None
    result = selfcheck.check_packages()
    assert result.status == TROUBLE
    assert result.text == "Нет пакетов: gensim"
    assert "-m pip install -r requirements.txt" in result.advice


@pytest.mark.parametrize(("name", "version"), [("numpy", "1.26.4"), ("keras", "4.0")])
def test_a_package_outside_its_range(versions, name, version):
    versions[name] = version
    result = selfcheck.check_packages()
    assert result.status == WARNING
    assert f"Не те версии: {name} {version} (нужен >=" in result.text
    assert result.advice


def test_on_colab_the_setup_cell_installs_what_is_missing(versions, colab):
    versions["gensim"] = None
    result = selfcheck.check_packages()
    assert (result.status, "ячейку подготовки" in result.advice) == (WARNING, True)
    versions["numpy"] = "1.26.4"
    result = selfcheck.check_packages()
    assert (result.status, "runtime type" in result.advice) == (WARNING, True)
    versions.update(numpy="2.0.2", tensorflow=None)  # as with a TPU
    result = selfcheck.check_packages()
    assert (result.status, "runtime type" in result.advice) == (TROUBLE, True)


def test_another_backend_does_without_tensorflow(versions, monkeypatch):
    versions["tensorflow"] = None
    assert selfcheck.check_packages().status == TROUBLE
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert selfcheck.check_packages().status == OK


def test_an_intel_mac_has_no_tensorflow(versions, monkeypatch):
    versions["tensorflow"] = None
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert "Colab" not in selfcheck.check_packages().advice
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert "Colab" in selfcheck.check_packages().advice


def test_without_packaging_versions_are_not_compared(versions, monkeypatch):
    monkeypatch.setitem(sys.modules, "packaging.specifiers", None)
    versions["numpy"] = "1.26.4"
    assert selfcheck.check_packages().status == OK
    versions["keras"] = None  # it is keras that brings packaging
    assert selfcheck.check_packages().status == TROUBLE


def test_the_wrong_python_is_told_from_a_missing_package(
    versions, monkeypatch, tmp_path
):
    versions["gensim"] = None
    monkeypatch.setattr(selfcheck, "ROOT", tmp_path)
    assert "pip install" in selfcheck.check_packages().advice
    for name in ["bin/python", "Scripts/python.exe"]:
        path = tmp_path / ".venv" / name
        path.parent.mkdir(parents=True)
        path.touch()
    assert "не тот Python" in selfcheck.check_packages().advice
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert "pip install" in selfcheck.check_packages().advice


def test_a_command_names_this_python(monkeypatch, tmp_path):
    monkeypatch.setattr(selfcheck, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "own" / "python"))
    assert selfcheck._python() == str(Path("own", "python"))
    monkeypatch.setattr(sys, "executable", str(tmp_path.parent / "python"))
    assert selfcheck._python() == "python"


# --- JupyterLab -----------------------------------------------------------------------


@pytest.fixture
def kernel(monkeypatch):
    """The kernel ``python3``; with ``argv`` None there is none."""
    from jupyter_client import kernelspec

    spec = SimpleNamespace(argv=["python"], resource_dir="/ядра/python3")

    def get_kernel_spec(self, name):
        if spec.argv is None:
            raise kernelspec.NoSuchKernel(name)
        return spec

    monkeypatch.setattr(
        kernelspec.KernelSpecManager, "get_kernel_spec", get_kernel_spec
    )
    return spec


def test_the_kernel_of_this_environment(kernel):
    newer = "python" + ".".join(map(str, sys.version_info[:2]))
    for command in ["python", "python3", newer, sys.executable]:
        kernel.argv = [command, "-m", "ipykernel_launcher"]
        result = selfcheck.check_jupyter()
        assert result.status == OK, (command, result)
        assert "JupyterLab 4" in result.text


def test_the_kernel_of_another_environment(kernel, monkeypatch):
    kernel.argv = ["/другое/bin/python"]
    monkeypatch.setattr(selfcheck, "_answer", lambda command: "/другое")
    result = selfcheck.check_jupyter()
    assert result.status == WARNING
    assert "из другого окружения: /другое" in result.text
    assert "make lab" in result.advice


@pytest.mark.parametrize("argv", [["/нет/такого/python"], []])
def test_a_kernel_that_does_not_start(kernel, argv):
    kernel.argv = argv
    result = selfcheck.check_jupyter()
    assert result.status == WARNING
    assert "не запускается" in result.text
    assert kernel.resource_dir in result.text


def test_no_kernel_and_no_jupyterlab(kernel, versions):
    kernel.argv = None
    result = selfcheck.check_jupyter()
    assert (result.status, "ipykernel" in result.advice) == (WARNING, True)
    versions["jupyterlab"] = None
    result = selfcheck.check_jupyter()
    assert result.status == WARNING
    assert "не установлен" in result.text


def test_colab_needs_no_jupyterlab(colab, versions):
    versions["jupyterlab"] = None
    assert selfcheck.check_jupyter().status == SKIPPED


def test_what_a_program_answers():
    assert selfcheck._answer([sys.executable, "-c", "print('да')"]) == "да"
    assert selfcheck._answer([sys.executable, "-c", "print(1); exit(1)"]) is None
    assert selfcheck._answer([sys.executable, "-c", ""]) is None
    assert selfcheck._answer(["/нет/такой/программы"]) is None


# --- seed, mode, folders --------------------------------------------------------------


def test_seed(monkeypatch):
    assert selfcheck.check_seed() == Result(OK, "Зерно генератора 42")
    monkeypatch.setenv("COURSE_SEED", "много")
    result = selfcheck.check_seed()
    assert result.status == TROUBLE
    assert result.text.endswith("целое число от 0 до 4294967295")
    assert result.advice == "Исправьте переменную окружения или уберите её."


def test_mode(monkeypatch):
    for mode in ["sample", "full"]:
        monkeypatch.setenv("COURSE_DATA", mode)
        result = selfcheck.check_mode()
        assert (result.status, f"Режим данных {mode}:" in result.text) == (OK, True)
    monkeypatch.setenv("COURSE_DATA", "плохо")
    result = selfcheck.check_mode()
    assert result.status == TROUBLE
    assert result.text == "COURSE_DATA=плохо: такого режима данных нет"
    assert "sample" in result.advice


def test_mode_of_a_notebook_on_colab(monkeypatch, colab):
    assert "google.colab" not in sys.modules  # as in a command started from a cell
    assert "full" in selfcheck.check_mode().text
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert "sample" in selfcheck.check_mode().text


def test_no_teacher_folder():
    assert selfcheck.check_teacher_folder().status == OK


def test_a_teacher_folder_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "нет"))
    result = selfcheck.check_teacher_folder()
    assert (result.status, "такой папки нет" in result.text) == (WARNING, True)
    monkeypatch.setenv("COURSE_DATA", "full")
    result = selfcheck.check_teacher_folder()
    assert (result.status, "полный путь" in result.advice) == (TROUBLE, True)


def test_a_name_with_full_stops_stays_whole(monkeypatch, tmp_path):
    """The line is never cut at a full stop: what and advice are two fields."""
    name = tmp_path / "Курс. Иванов И. И. нет"
    monkeypatch.setenv("COURSE_DATA_DIR", str(name))
    result = selfcheck.check_teacher_folder()
    assert result.text == f"COURSE_DATA_DIR={name}: такой папки нет"
    assert result.advice.startswith("Укажите полный путь к папке")
    monkeypatch.setenv("COURSE_DATA", "весь. полный")
    result = selfcheck.check_mode()
    assert result.text == "COURSE_DATA=весь. полный: такого режима данных нет"
    assert result.advice.startswith("Есть sample")
    monkeypatch.setenv("COURSE_SEED", "4. 2")
    result = selfcheck.check_seed()
    assert result.text.startswith("COURSE_SEED='4. 2': нужно целое число")
    assert result.advice.startswith("Исправьте переменную")


def test_a_broken_sample_in_a_folder_with_full_stops(monkeypatch, tmp_path):
    folder = tmp_path / "Курс. Иванов И. И. 2"
    folder.mkdir()
    (folder / "people.csv").write_text("не та таблица", encoding="utf-8")
    monkeypatch.setattr("helpers.data.base.SAMPLES", folder)
    result = selfcheck.check_samples()
    assert result.status == TROUBLE
    assert result.text == f"{folder / 'people.csv'}: таблица не читается"
    assert result.advice.startswith("Это файл самого курса")


def test_what_a_teacher_folder_holds(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA", "full")
    (tmp_path / "fashion_mnist.npz").touch()  # the second source of clothes
    result = selfcheck.check_teacher_folder()
    there, _, absent = result.text.partition("; нет ")
    assert result.status == WARNING
    assert there.endswith("есть fashion_mnist.npz")
    assert "mnist.npz" in absent
    assert "t10k" not in absent
    assert "положите" in result.advice
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert selfcheck.check_teacher_folder().status == OK


def test_a_teacher_folder_that_holds_everything(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA", "full")
    for entry in data.CATALOGUE.values():
        for source in entry.sources[:1]:
            for remote in source.files:
                path = tmp_path / remote.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
    result = selfcheck.check_teacher_folder()
    assert result.status == OK
    assert "; нет" not in result.text
    assert "classics/ (файлов 59)" in result.text
    (tmp_path / "classics" / "Chekhov" / "Дуэль.txt").unlink()
    result = selfcheck.check_teacher_folder()
    assert result.status == WARNING
    assert result.text.endswith("; нет classics/Chekhov/Дуэль.txt")


def test_an_empty_cache_is_not_made(cache):
    result = selfcheck.check_cache()
    assert result.status == OK
    assert result.text.endswith("пуст")
    assert not cache.exists()


def test_a_cache_that_cannot_be_written(cache, monkeypatch, tmp_path):
    cache.write_text("файл на месте папки", encoding="utf-8")
    assert selfcheck.check_cache().status == WARNING
    monkeypatch.setenv("COURSE_DATA", "full")
    result = selfcheck.check_cache()
    assert result.status == TROUBLE
    assert "записать нельзя" in result.text
    assert "COURSE_CACHE_DIR" in result.advice
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    assert selfcheck.check_cache().status == WARNING


def test_a_half_written_file_in_the_cache(cache):
    cache.mkdir()
    with temporary_file(path=cache) as name:  # the name that pooch gives it
        result = selfcheck.check_cache()
        assert result.status == WARNING
        assert f"недокачанные файлы {Path(name).name}" in result.text
    assert selfcheck.check_cache().status == OK


def test_a_damaged_file_in_the_cache(cache, monkeypatch):
    cache.mkdir()
    remote = Remote("набор.bin", ("http://x",), hashlib.sha256(b"abc").hexdigest())
    unsummed = Remote("без суммы.bin", ("http://x",))
    source = Source((remote, unsummed), read=None)
    entry = Entry("", sample=None, sources=(source,))
    monkeypatch.setattr(data, "CATALOGUE", {"набор": entry})
    (cache / unsummed.name).write_bytes(b"anything")
    (cache / remote.name).write_bytes(b"abc")
    result = selfcheck.check_cache()
    assert (result.status, remote.name in result.text) == (OK, True)
    (cache / remote.name).write_bytes(b"ab")
    result = selfcheck.check_cache()
    assert result.status == WARNING
    assert result.text.endswith(f"сумма не сошлась у {remote.name}")


def test_files_in_folders_of_the_cache(cache, monkeypatch):
    remote = Remote(
        "полка/книга.txt", ("http://x",), hashlib.sha256(b"abc").hexdigest()
    )
    entry = Entry("", sample=None, sources=(Source((remote,), read=None),))
    monkeypatch.setattr(data, "CATALOGUE", {"набор": entry})
    path = cache / remote.name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"abc")
    assert selfcheck.check_cache().text == f"Кэш {cache}: полка"
    path.write_bytes(b"ab")
    result = selfcheck.check_cache()
    assert result.status == WARNING
    assert result.text.endswith("сумма не сошлась у полка/книга.txt")
    with temporary_file(path=path.parent) as name:
        said = selfcheck.check_cache().text
        assert said.endswith(f"недокачанные файлы полка/{Path(name).name}")


def test_disk(cache, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    monkeypatch.setattr(selfcheck, "_full_gb", lambda: 2e-6)  # 2,000 bytes
    assert selfcheck.check_disk().status == OK  # a sample needs no room
    monkeypatch.setenv("COURSE_DATA", "full")
    result = selfcheck.check_disk()
    assert (result.status, "COURSE_CACHE_DIR" in result.advice) == (WARNING, True)
    cache.mkdir()
    (cache / "mnist.npz").write_bytes(bytes(1500))  # what lies there need not come
    assert selfcheck.check_disk().status == OK


def test_the_real_disk(cache):
    free = shutil.disk_usage(cache.parent).free / selfcheck.GB
    found = re.search(r"на диске (\d+,\d) ГБ", selfcheck.check_disk().text)
    assert abs(float(found[1].replace(",", ".")) - free) < 1


# --- samples, memory ------------------------------------------------------------------


def test_samples_load(capsys):
    result = selfcheck.check_samples()
    assert result.status == OK, result
    assert all(name in result.text for name in data.CATALOGUE)
    assert capsys.readouterr().out == ""


def test_a_sample_that_does_not_load(monkeypatch, tmp_path):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    result = selfcheck.check_samples()
    assert result.status == TROUBLE
    assert "git checkout" in result.advice


def test_memory(monkeypatch):
    free = SimpleNamespace(available=2.5e9)
    monkeypatch.setattr("psutil.virtual_memory", lambda: free)
    assert selfcheck.check_memory().status == OK
    monkeypatch.setenv("COURSE_DATA", "full")
    result = selfcheck.check_memory()
    assert (result.status, "2,5 ГБ" in result.text) == (WARNING, True)
    assert "Закройте" in result.advice
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert selfcheck.check_memory().status == SKIPPED


def test_the_real_memory():
    found = re.search(r"памяти (\d+,\d) ГБ", selfcheck.check_memory().text)
    assert 0.05 < float(found[1].replace(",", ".")) < 10_000


# --- Keras ----------------------------------------------------------------------------

CPU_LINE = "CPU, ядер: 2; Keras 3.15.1 на TensorFlow 2.21.0"


@pytest.fixture
def keras(monkeypatch):
    """What the process that imports Keras does; no card unless a test says so."""
    asked = SimpleNamespace(code=0, out=f"noise\n{CPU_LINE}\n", err="", commands=[])

    def answer(command, **options):
        asked.commands.append(command)
        if asked.code is None:
            raise subprocess.TimeoutExpired(command, options["timeout"])
        return subprocess.CompletedProcess(command, asked.code, asked.out, asked.err)

    monkeypatch.setattr(subprocess, "run", answer)
    monkeypatch.setattr(selfcheck, "_has_nvidia_card", lambda: False)
    return asked


def test_the_device_is_named(keras):
    assert selfcheck.check_device() == Result(OK, CPU_LINE)
    assert keras.commands[0][0] == sys.executable


@pytest.mark.parametrize(
    ("code", "err", "text", "advice"),
    [
        (-4, "", "процессор не знает", "AVX"),
        (0xC000001D, "", "процессор не знает", "AVX"),
        (-9, "", "сигнал 9", "памяти"),
        (1, "ModuleNotFoundError: No module named 'keras.x'", "пакета keras", "pip"),
        (1, "ModuleNotFoundError: No module named 'jax'", "нет пакета jax", "BACKEND"),
        (1, "DLL load failed while\nCreate an issue", "библиотеку DLL", "Visual C++"),
        (1, "ValueError: Unable to import backend : x", "backend : x", "keras.json"),
        (1, "первая\nValueError: последняя", "ValueError: последняя", ".venv"),
        (1, "", "код завершения 1", ".venv"),
    ],
)
def test_keras_that_does_not_load(keras, code, err, text, advice):
    keras.code, keras.out, keras.err = code, "", err
    result = selfcheck.check_device()
    assert result.status == TROUBLE
    assert text in result.text
    assert advice in result.advice


def test_keras_that_takes_too_long(keras):
    keras.code = None
    result = selfcheck.check_device()
    assert (result.status, "пять минут" in result.text) == (WARNING, True)


@pytest.mark.parametrize(
    ("system", "backend", "advice"),
    [
        ("linux", "tensorflow", "tensorflow[and-cuda]==2.99.0"),
        ("win32", "tensorflow", "WSL2"),
        ("linux", "jax", "сборку jax для CUDA"),
    ],
)
def test_a_card_that_keras_does_not_see(
    keras, versions, monkeypatch, system, backend, advice
):
    versions["tensorflow"] = "2.99.0"
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setattr(selfcheck, "_has_nvidia_card", lambda: True)
    result = selfcheck.check_device()
    assert result.status == WARNING
    assert "карта NVIDIA есть" in result.text
    assert advice in result.advice
    keras.out = "GPU, карт: 1; Keras 3.15.1 на TensorFlow 2.21.0"
    assert selfcheck.check_device().status == OK


def test_an_unknown_backend_is_not_even_tried(keras, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    result = selfcheck.check_device()
    assert (result.status, "tensorflow, jax, torch" in result.advice) == (TROUBLE, True)
    assert keras.commands == []


@pytest.mark.parametrize(
    ("program", "answer", "there"),
    [
        (None, "GPU 0: NVIDIA T4", False),
        ("nvidia-smi", "GPU 0: NVIDIA T4", True),
        ("nvidia-smi", None, False),
        ("nvidia-smi", "No devices were found", False),
    ],
)
def test_is_there_a_card(monkeypatch, program, answer, there):
    monkeypatch.setattr(shutil, "which", lambda name: program)
    monkeypatch.setattr(selfcheck, "_answer", lambda command: answer)
    assert selfcheck._has_nvidia_card() is there


# --- the whole ------------------------------------------------------------------------


def test_a_check_that_fails_itself():
    def without(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    result = selfcheck.run("Кэш", lambda: without("pooch"))
    assert result.status == TROUBLE
    assert result.text == "Кэш: не проверить без пакета pooch"
    assert result.advice
    again = selfcheck.run("Кэш", lambda: without("pooch"), broken=True)
    assert again == Result(SKIPPED, result.text)
    result = selfcheck.run("Кэш", lambda: 1 / 0)
    assert result.status == TROUBLE
    assert "ZeroDivisionError" in result.text
    assert selfcheck.run("Кэш", lambda: Result(OK, "да")) == Result(OK, "да")


def test_verdict():
    fine, warned, bad = (Result(status, "") for status in (OK, WARNING, TROUBLE))
    assert selfcheck.verdict([fine, Result(SKIPPED, "")]) == (
        "Всё готово: можно открывать уроки.",
        0,
    )
    text, status = selfcheck.verdict([fine, warned, warned])
    assert (status, "внимание: 2" in text.lower()) == (0, True)
    text, status = selfcheck.verdict([warned, bad])
    assert (status, "Исправить: 1" in text) == (1, True)
    assert (ROOT / text.split()[-1]).is_file()


def test_on_an_old_python_only_its_version_is_checked(monkeypatch, capsys):
    checks = {"Python": lambda: Result(TROUBLE, "старый", "новый"), "ещё": pytest.fail}
    monkeypatch.setattr(selfcheck, "CHECKS", checks)
    monkeypatch.setattr(sys, "version_info", (3, 10, 0, "final", 0))
    assert selfcheck.main() == 1
    shown = capsys.readouterr().out
    assert "[беда]      старый\n            Что делать: новый\n" in shown


def test_one_missing_package_is_one_trouble(monkeypatch, capsys):
    def without():
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

    checks = {"Пакеты": lambda: Result(TROUBLE, "нет", "да"), "Данные": without}
    monkeypatch.setattr(selfcheck, "CHECKS", checks)
    assert selfcheck.main() == 1
    shown = capsys.readouterr().out
    assert "[пропуск]   Данные: не проверить без пакета numpy\n" in shown
    assert "Исправить: 1." in shown


@pytest.mark.parametrize(
    ("encoding", "shown"), [("cp1251", "ё?"), ("ascii", "ё×"), ("utf-8", "ё×")]
)
def test_a_console_without_cyrillic_is_no_reason_to_fail(encoding, shown):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    selfcheck._make_printable(stream)
    print("ё×", end="", file=stream, flush=True)
    assert stream.buffer.getvalue().decode(stream.encoding) == shown
    selfcheck._make_printable(io.StringIO())  # has no encoding to change


def run_it(tmp_path, **environment):
    """Run ``python -m helpers``; return its status and lines, after common checks."""
    inherited = {name: os.environ[name] for name in os.environ if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, "-m", "helpers"],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env={
            **inherited,
            "PYTHONUTF8": "1",
            "COURSE_CACHE_DIR": str(tmp_path / "кэш"),
            **environment,
        },
        timeout=300,
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    shape = r"\[(ок|внимание|беда|пропуск)\] +\S|            Что делать: \S"
    assert all(re.match(shape, line) for line in lines[2:-2]), done.stdout
    assert len([line for line in lines if line.startswith("[")]) == len(
        selfcheck.CHECKS
    )
    return done.returncode, lines


def trouble_of(lines):
    """Return the one line of trouble and the advice below it."""
    (index,) = [i for i, line in enumerate(lines) if line.startswith("[беда]")]
    assert lines[-1].startswith("Уроки пока не запустятся. Исправить: 1.")
    return lines[index], lines[index + 1]


def test_it_runs_here(tmp_path):
    status, lines = run_it(tmp_path)
    assert status == 0
    assert lines[-1].startswith(("Всё готово", "Уроки запустятся"))
    assert any("Keras 3." in line for line in lines)


def test_it_runs_with_a_wrong_mode(tmp_path):
    status, lines = run_it(tmp_path, COURSE_DATA="плохо")
    assert status == 1
    trouble, advice = trouble_of(lines)
    assert "COURSE_DATA=плохо: такого режима данных нет" in trouble
    assert "sample (встроенная выборка)" in advice


def test_it_runs_with_a_wrong_backend(tmp_path):
    status, lines = run_it(tmp_path, KERAS_BACKEND="wrong")
    assert status == 1
    trouble, advice = trouble_of(lines)
    assert "KERAS_BACKEND=wrong" in trouble
    assert "Исправьте переменную" in advice


# --- the page that it points to -------------------------------------------------------


def texts_of(path):
    """Return the constant texts of a Python file or of a notebook's set-up cell."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        import nbformat

        source = nbformat.reads(source, as_version=4).cells[1].source
    return [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_the_page_quotes_what_the_course_prints():
    """Between «» in a heading or in bold stand parts of a message, word for word."""
    page = PAGE.read_text(encoding="utf-8")
    symptoms = re.findall(r"^### .*$|\*\*[^*]+\*\*", page, re.M)
    quoted = re.findall(r"«([^»]+)»", "\n".join(symptoms))
    sources = [
        *(ROOT / "helpers").rglob("*.py"),
        ROOT / "tools" / "check_python.py",
        ROOT / "tools" / "run_lessons.py",
        ROOT / "lessons" / "04_mnist_cnn.ipynb",
    ]
    printed = "\n".join(text for path in sources for text in texts_of(path))
    assert len(quoted) >= 15
    for part in "…".join(quoted).split("…"):
        assert part.strip() in printed, part


def test_the_page_names_the_locked_tensorflow():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked = re.search(r"^tensorflow==(\S+)", lock, re.M)[1]
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"tensorflow\[and-cuda\]==([\d.]+)", page) == [locked]


def test_the_page_keeps_the_rules_of_prose():
    page = PAGE.read_text(encoding="utf-8")
    plain = NOT_PROSE.sub(" ", page)
    assert not FORBIDDEN.search(plain), FORBIDDEN.search(plain)
    assert MIXED.findall(plain) == []
    for target in re.findall(r"\]\(([^)#]+)\)", page):
        assert target.startswith("https://") or (PAGE.parent / target).exists(), target
