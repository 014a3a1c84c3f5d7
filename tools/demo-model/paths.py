"""Where the demo model's files lie."""

from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
DEMO = REPOSITORY / "models" / "demo"
# Checkpoints and the tokenizer's merges: rebuilt at will, never committed.
WORK = HERE / ".work"
TOKENIZER = WORK / "tokenizer.merges"
