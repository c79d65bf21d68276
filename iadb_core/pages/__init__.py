"""Pages that a browser shows without a server: one file each, that asks nothing of any host."""
