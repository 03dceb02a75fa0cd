"""Read npz, idx, tar and pickles that others have packed; run nothing of theirs."""

import gzip
import io
import pickle
import tarfile
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from helpers.data.base import DamagedError

LIMIT = 1_000_000_000  # bytes of one unpacked array
BROKEN = (OSError, ValueError, EOFError, BadZipFile, tarfile.TarError, zlib.error)
# All that a pickle may name: what arrays and plain containers are made of.
HARMLESS = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.numeric", "_frombuffer"),
    ("_codecs", "encode"),
}


def shapes_of(train, test):
    """Return the shapes of so many pictures of 28 × 28 pixels and of their labels."""
    return {
        "x_train": (train, 28, 28),
        "y_train": (train,),
        "x_test": (test, 28, 28),
        "y_test": (test,),
    }


def expect(name, array, shape, dtype):
    """Refuse an array of another shape or dtype with `DamagedError`."""
    if array.shape != shape or array.dtype != dtype:
        what = f"массив {name}: форма {array.shape}, тип {array.dtype}, а нужны "
        what += f"{shape} и {np.dtype(dtype)}"
        raise DamagedError(what)


def read_arrays(path, names=None):
    """Return arrays of an .npz file, all or some, a dict by their names.

    Never unpickles; what is no such archive, or cut short, is a `DamagedError`.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            files = [each for each in archive.files if names is None or each in names]
            return {name: archive[name] for name in files}
    except (*BROKEN, TypeError) as error:  # TypeError: an .npy, which is one array
        what = "файл повреждён или это не архив .npz без объектов Python"
        raise DamagedError(what) from error


def read_npz(path, shapes, dtype=np.uint8):
    """Return arrays of an .npz file as `read_arrays`, those that are in ``shapes``.

    These are the expected shapes by the names, ``dtype`` is that of all arrays; others
    are a `DamagedError`.
    """
    arrays = read_arrays(path, shapes)
    for name, shape in shapes.items():
        if name not in arrays:
            raise DamagedError(f"в архиве нет массива {name}")
        expect(name, arrays[name], shape, dtype)
    return arrays


def read_npz_lists(path, name):
    """Return a list of what an array of lists in an .npz file holds; runs nothing.

    NumPy keeps such arrays as a pickle behind an ordinary header and opens them only
    with ``allow_pickle=True``, which runs whatever the file asks for.  Here all but
    `HARMLESS` is a `DamagedError`, as is an array that is missing, cut or of another
    kind.
    """
    try:
        with ZipFile(path) as archive:
            info = archive.getinfo(f"{name}.npy")
            if info.file_size > LIMIT:
                raise DamagedError(f"массив {name} больше гигабайта")
            packed = io.BytesIO(archive.read(info))
        if np.lib.format.read_magic(packed) != (1, 0):  # others are for long headers
            raise ValueError("version")
        shape, _, dtype = np.lib.format.read_array_header_1_0(packed)
    except KeyError as error:
        raise DamagedError(f"в архиве нет массива {name}") from error
    except BROKEN as error:
        raise DamagedError("файл повреждён или это не архив .npz") from error
    if not dtype.hasobject or len(shape) != 1:
        raise DamagedError(f"массив {name}: это не список списков")
    array = unpickle_safely(packed.read())
    if not isinstance(array, np.ndarray) or array.shape != shape:
        raise DamagedError(f"массив {name}: внутри не то, что обещает заголовок")
    return list(array)


def read_idx(path, shape):
    """Return the uint8 array of a gzipped IDX file (LeCun): a header, then bytes."""
    header = 4 + 4 * len(shape)
    try:
        data = gzip.decompress(path.read_bytes())
    except BROKEN as error:
        raise DamagedError(f"{path.name} повреждён или это не архив .gz") from error
    if len(data) != header + np.prod(shape) or data[3] != len(shape):
        raise DamagedError(f"{path.name}: внутри не массив формы {shape}")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def read_tar(path, names):
    """Return the unpickled members of a .tar.gz by their last name; writes no file."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            members = {Path(m.name).name: m for m in archive if m.isfile()}
            for name in names:
                if name not in members:
                    raise DamagedError(f"в архиве нет файла {name}")
            contents = [archive.extractfile(members[name]).read() for name in names]
    except BROKEN as error:
        raise DamagedError("файл повреждён или это не архив .tar.gz") from error
    return [unpickle_safely(content) for content in contents]


class _NumpyOnly(pickle.Unpickler):
    """Unpickle what is `HARMLESS`: no other name is looked up."""

    def find_class(self, module, name):
        module = module.replace("numpy.core.", "numpy._core.")  # NumPy 1 wrote so
        if (module, name) not in HARMLESS:
            raise DamagedError(f"файл просит выполнить {module}.{name}: не открываю")
        return super().find_class(module, name)


def unpickle_safely(data):
    """Return what the bytes of a pickle hold: arrays, numbers, texts, lists, dicts.

    A pickle that is cut short, or names anything else, which is never run, is a
    `DamagedError`.
    """
    try:
        return _NumpyOnly(io.BytesIO(data), encoding="bytes").load()
    except DamagedError:
        raise
    except Exception as error:  # a broken pickle may raise almost anything
        raise DamagedError("файл повреждён: содержимое не читается") from error
