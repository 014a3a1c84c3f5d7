"""Makes models/demo/diffuser*.gguf from the shipped storyteller and the seed: `python3 build.py` (about half an hour of one
processor). A training that was cut off goes on where it was; a checkpoint in .work that is done is kept."""

from workshop import WORK, python

MODEL_STEPS, LORA_STEPS = 4600, 120


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
