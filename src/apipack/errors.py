"""The one base of errors that a user can mend: a stage or command prints them as one line."""


class UserError(ValueError):
    """Something given to apipack cannot be used; the message says what, where and what to do."""
