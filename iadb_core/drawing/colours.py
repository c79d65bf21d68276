"""The colours of what is written on pictures; a GIF keeps them exactly."""

Colour = tuple[int, int, int]
INK: Colour = (40, 40, 40)
FAINT: Colour = (215, 215, 215)
BLACK: Colour = (0, 0, 0)
