"""Makes `sample.otf`: the characters that the samples use, out of Noto Sans CJK SC (SIL Open Font License 1.1).

`python -m bot.samples.make_font NotoSansCJK-Regular.ttc` with fonttools installed; run it when the samples learn new words
(tests/unit/test_samples.py says so).
"""

from __future__ import annotations

import sys
from pathlib import Path

NAME = "Shenbao Sample"
_HERE = Path(__file__).parent
_ALWAYS = "□○●★×÷％（）、，。：；！？“”‘’《》〔〕—…·　旧"


def characters() -> str:
    """Every character that a sample may draw: those in the sources of the samples and of the tests' factory."""
    sources = [*_HERE.glob("*.py"), *(_HERE.parent.parent / "tests" / "factory").glob("*.py")]
    wanted = set(_ALWAYS) | {chr(code) for code in range(32, 127)}
    for source in sources:
        wanted |= set(source.read_text(encoding="utf-8"))
    return "".join(sorted(character for character in wanted if character >= " "))


def make_font(collection: Path, target: Path) -> None:
    """Write the subset, renamed, to `target`."""
    from fontTools import subset  # type: ignore[import-not-found]  # a tool of whoever runs this, no dependency
    from fontTools.ttLib import TTCollection  # type: ignore[import-not-found]

    font = next(font for font in TTCollection(collection).fonts if font["name"].getDebugName(1) == "Noto Sans CJK SC")
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 13, 14], notdef_outline=True)
    options.drop_tables += ["VORG", "vhea", "vmtx", "GSUB", "GPOS", "BASE"]
    tool = subset.Subsetter(options)
    tool.populate(text=characters())
    tool.subset(font)
    for number, text in ((1, NAME), (2, "Regular"), (4, NAME), (6, NAME.replace(" ", ""))):
        font["name"].setName(text, number, 3, 1, 0x409)
    font.save(target)


if __name__ == "__main__":
    make_font(Path(sys.argv[1]), _HERE / "sample.otf")
