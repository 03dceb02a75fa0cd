"""The command line that the scripts which make samples share: write, or compare."""

import hashlib
import sys


def main(target, make_bytes, arguments=None):
    """Write a sample or, with ``--check``, compare it with what stands there.

    Parameters
    ----------
    target : pathlib.Path
        The sample's file.
    make_bytes : callable
        Returns its bytes, the same at each call.
    arguments : list of str, optional
        Those of the command line by default.

    Returns
    -------
    int
        The exit status: 1 when ``--check`` finds other bytes.
    """
    made = make_bytes()
    if "--check" in (sys.argv[1:] if arguments is None else arguments):
        same = target.is_file() and target.read_bytes() == made
        print(f"{target.name}: {'the same bytes' if same else 'DIFFERS'}")
        return 0 if same else 1
    target.write_bytes(made)
    print(
        f"{target.name}: {len(made)} bytes, sha256 {hashlib.sha256(made).hexdigest()}"
    )
    return 0
