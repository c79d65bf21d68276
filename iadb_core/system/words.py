"""Numbers in words."""


def counted(number: float, noun: str) -> str:
    """So many of what a noun names: `1 seed`, `3 seeds`, `1,024 samples`."""
    return f"{int(number):,} {noun}" + ("" if number == 1 else "s")
