"""Runs the steps of a build, each a program of its own."""

import os
import subprocess
import sys
from pathlib import Path


def environment() -> dict[str, str]:
    """One thread (two on a busy machine are slower), and OpenBLAS's AVX-512 kernels where the
    processor has them: it does not choose them by itself on every machine."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    cpu = Path("/proc/cpuinfo")
    if cpu.exists() and "avx512f" in cpu.read_text():
        env.setdefault("OPENBLAS_CORETYPE", "SKYLAKEX")
    return env


def python(*arguments: str) -> None:
    """A program that lies beside the one that builds, run there; it must succeed."""
    print("·", *arguments, flush=True)
    here = Path(sys.argv[0]).resolve().parent
    subprocess.run([sys.executable, *arguments], check=True, cwd=here, env=environment())
