"""Numba kernels: pure functions over arrays, by subject.

Compiled code is cached beside the source where that is writable, else in the user's cache folder,
else in a temporary folder, so that an installation in a read-only place works too.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def _choose_cache() -> None:
    home = Path(__file__).resolve().parent
    if os.environ.get("NUMBA_CACHE_DIR") or os.access(home, os.W_OK):
        return
    from platformdirs import user_cache_path

    for folder in (user_cache_path("socialbudget"), Path(tempfile.gettempdir()) / "socialbudget"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            os.environ["NUMBA_CACHE_DIR"] = str(folder / "numba")
            return


_choose_cache()
