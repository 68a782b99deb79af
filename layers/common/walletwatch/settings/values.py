"""What the values of settings may be, and the texts that hold several."""

from typing import Annotated

import msgspec

type PositiveInt = Annotated[int, msgspec.Meta(gt=0)]
type PositiveFloat = Annotated[float, msgspec.Meta(gt=0)]


type NotNegativeInt = Annotated[int, msgspec.Meta(ge=0)]
type NotNegativeFloat = Annotated[float, msgspec.Meta(ge=0)]


def listed(text: str) -> tuple[str, ...]:
    """The parts of a text that are separated by commas, without the empty ones."""
    return tuple(each for part in text.split(",") if (each := part.strip()))
