"""The mistakes that a user can make."""


class InputError(Exception):
    """A mistake that a user can make; its message says what is wrong, what is allowed, what to do."""
