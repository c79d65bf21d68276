"""A name that would run, were it taken for anything but text."""

HOSTILE = '</script><img src=x onerror="document.title=1"><b>&'
