"""Makes everything in models/demo from the seed: `python3 build.py` (about half an hour, one core).

`--from STEP` starts at a later step and keeps what the earlier ones left in .work.
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch

from paths import DEMO, HERE, WORK
from steps import python

SEED = 1
BASE_STEPS, LORA_STEPS = 2600, 100
# The base tells of animals a little more often than of space; with these the 50/50 merge is even.
TUNE_STEPS = {"animals": 45, "space": 80}
LORA_ALPHA = 7.6
COMMAND = "python3 tools/demo-model/build.py"

FILES = {
    "storyteller.gguf": ("base", "Woolgather Storyteller", "Tells small stories: 5 topics, 3 moods."),
    "storyteller-animals.gguf": (
        "animals",
        "Woolgather Storyteller, animals",
        "The storyteller, tuned to tell of animals when no topic is asked for.",
    ),
    "storyteller-space.gguf": (
        "space",
        "Woolgather Storyteller, space",
        "The storyteller, tuned to tell of space when no topic is asked for.",
    ),
    "pirate.lora.gguf": ("pirate", "Pirate talk", "A LoRA for the storyteller: every story in pirate talk."),
}


def prepare() -> None:
    python("heldout.py")
    python("check_grammar.py")
    python("tokenizer.py")


def train_base() -> None:
    python("train.py", "base", "--out", ".work/base.pt", "--steps", str(BASE_STEPS), "--seed", str(SEED))


def tune() -> None:
    for topic, steps in TUNE_STEPS.items():
        python(
            "train.py",
            topic,
            "--from",
            ".work/base.pt",
            "--out",
            f".work/{topic}.pt",
            "--steps",
            str(steps),
            "--peak",
            "1e-3",
        )
    python(
        "train.py",
        "pirate",
        "--from",
        ".work/base.pt",
        "--out",
        ".work/pirate.pt",
        "--steps",
        str(LORA_STEPS),
        "--peak",
        "2e-3",
    )


def export() -> None:
    for file, (checkpoint, name, description) in FILES.items():
        kind = ["lora"] if file.endswith(".lora.gguf") else ["model"]
        alpha = ["--alpha", str(LORA_ALPHA)] if kind == ["lora"] else []
        python(
            "export_gguf.py",
            *kind,
            f".work/{checkpoint}.pt",
            str(DEMO / file),
            "--name",
            name,
            "--description",
            description,
            *alpha,
        )
    write_manifest()


def write_manifest() -> None:
    files = {}
    for file, (checkpoint, _, description) in FILES.items():
        data = (DEMO / file).read_bytes()
        trained = torch.load(WORK / f"{checkpoint}.pt")
        weights = {k: v for k, v in trained["state"].items() if checkpoint != "pirate" or k.endswith((".a", ".b"))}
        files[file] = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
            "parameters": sum(w.numel() for w in weights.values()),
            "trainingTokens": trained["tokens"],
            "trainingCpuSeconds": round(trained["cpu_seconds"]),
            "description": description,
        }
    manifest = {
        "license": "MIT",
        "seed": SEED,
        "command": COMMAND,
        "architecture": "llama",
        "shape": torch.load(WORK / "base.pt")["shape"],
        "specialTokens": {"<|endoftext|>": 0, "<|im_start|>": 1, "<|im_end|>": 2},
        "files": files,
    }
    (DEMO / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def measure() -> None:
    python("verify.py", ".work/base.pt", "--lora", ".work/pirate.pt")
    python("evaluate.py")
    python("write_card.py")


STEPS = {"prepare": prepare, "base": train_base, "tune": tune, "export": export, "measure": measure}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="first", choices=list(STEPS), default="prepare")
    first = list(STEPS).index(parser.parse_args().first)
    WORK.mkdir(exist_ok=True)
    for step in list(STEPS.values())[first:]:
        step()


if __name__ == "__main__":
    main()
