"""A GIF in a page of its own, which plays where a file alone would be downloaded."""

from base64 import b64encode

from iadb_core.pages.page import rendered

MOST_BYTES = 60_000_000


def animation_page(title: str, about: str, gif: bytes) -> str:
    """The page of a GIF. about: what it shows. Raises ValueError for what is no GIF, or too large for a page."""
    if not gif.startswith((b"GIF87a", b"GIF89a")) or len(gif) > MOST_BYTES:
        raise ValueError("no GIF that fits a page")
    picture = "data:image/gif;base64," + b64encode(gif).decode()
    return rendered("animation", None, title=title, about=about, picture=picture)
