"""Colours, for a light and a dark chat. Neighbours of a series differ for who sees no red or green, too."""

from dataclasses import dataclass
from typing import Final

from walletwatch.domain.pictures import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme.

    Attributes:
        faint: Of lines that lead the eye.
        series: In this order; never more than there are.
        rest: Of what is summed up.
    """

    surface: str
    text: str
    quiet: str
    faint: str
    series: tuple[str, ...]
    rest: str
    warned: str


PALETTES: Final = {
    Theme.LIGHT: Palette(
        surface="#ffffff",
        text="#16181c",
        quiet="#626a73",
        faint="#e3e6ea",
        series=("#2a78d6", "#eb6834", "#1baf7a", "#4a3aa7", "#eda100", "#e87ba4", "#008300"),
        rest="#a9b0b8",
        warned="#d03b3b",
    ),
    Theme.DARK: Palette(
        surface="#17212b",
        text="#f2f5f8",
        quiet="#9aa7b4",
        faint="#2c3a47",
        series=("#4a95ee", "#e8784a", "#2bb588", "#9c92ee", "#d69a1e", "#dd6f9b", "#4aa84a"),
        rest="#65717d",
        warned="#ff6b6b",
    ),
}
