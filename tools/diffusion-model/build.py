"""Makes models/demo/diffuser*.gguf from the shipped storyteller and the seed: `python3 build.py` (about half an hour of one
processor). A training that was cut off goes on where it was; a checkpoint in .work that is done is kept."""

import os
import subprocess
import sys
from pathlib import Path

from workshop import HERE, WORK

MODEL_STEPS, LORA_STEPS = 4600, 120


def environment() -> dict[str, str]:
    """One thread, and OpenBLAS's AVX-512 kernels where the processor has them: it does not choose them by itself."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    cpu = Path("/proc/cpuinfo")
    if cpu.exists() and "avx512f" in cpu.read_text():
        env.setdefault("OPENBLAS_CORETYPE", "SKYLAKEX")
    return env


def python(*arguments: str) -> None:
    print("·", *arguments, flush=True)
    subprocess.run([sys.executable, *arguments], check=True, cwd=HERE, env=environment())


def main() -> None:
    WORK.mkdir(exist_ok=True)
    model, lora = WORK / "diffuser.pt", WORK / "pirate.pt"
    if not model.exists():
        python("train.py", "model", "--out", str(model), "--steps", str(MODEL_STEPS))
    if not lora.exists():
        python("train.py", "pirate", "--out", str(lora), "--from", str(model), "--steps", str(LORA_STEPS), "--peak", "2e-3")
    python("export.py")
    python("sentences.py", "--check")
    python("reference.py")


if __name__ == "__main__":
    main()
