"""All expected failures, grouped by who must act.

    LodgepoleError
    ├── InvalidRequest      the caller sends something else
    ├── Unauthenticated     the caller sends a valid key
    ├── PermissionDenied    the caller uses a key with the right role
    ├── NotFound            the caller names something that exists
    ├── AlreadyExists       the caller picks another name
    ├── Conflict            the caller waits for the operation that is under way
    ├── TooLarge            the caller sends less
    ├── RateLimited         the caller waits `retry_after` seconds
    ├── Unavailable         the caller tries again; the operator looks why
    ├── DeadlineExceeded    the caller tries again, or the operator raises a limit
    ├── UpstreamRejected    the operator mends the model's configuration
    │   ├── PromptTooLong   we send less; else the operator lowers its window
    │   └── NoAnswer        the operator gives it more room, or another model
    ├── UnreadableFile      the uploader mends the file; fails one operation, no request
    └── ClaimLost           a worker drops what it is doing; never reaches a caller

Messages say what happened, with values, and what to do. Foreign exceptions become one of these
in the adapter that met them; `api/errors` alone turns them into HTTP.
"""


class LodgepoleError(Exception):
    """Base of all expected failures; `str(error)` may be shown to the caller."""


class InvalidRequest(LodgepoleError):
    """The request is malformed or a value is outside its limits."""


class Unauthenticated(LodgepoleError):
    """No key, or one that is not known."""


class PermissionDenied(LodgepoleError):
    """A known key whose role does not allow this."""


class NotFound(LodgepoleError):
    """The named thing does not exist, or belongs to another project."""


class AlreadyExists(LodgepoleError):
    """The name is taken."""


class Conflict(LodgepoleError):
    """Another change to the same thing is under way."""


class TooLarge(LodgepoleError):
    """The body or file is over its limit."""


class RateLimited(LodgepoleError):
    """A quota or rate is used up."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


class Unavailable(LodgepoleError):
    """Something we depend on does not answer now."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


class WorkersDied(Unavailable):
    """Several processes ended while they worked on one file."""


class DeadlineExceeded(LodgepoleError):
    """Something we depend on took longer than its limit."""


class UpstreamRejected(LodgepoleError):
    """A model provider refused our request, our key or the model's name."""


class PromptTooLong(UpstreamRejected):
    """A model refused a prompt that its window does not hold."""


class NoAnswer(UpstreamRejected):
    """A model ended without a word of an answer."""

    def __init__(self, message: str, *, cut_off: bool) -> None:
        super().__init__(message)
        self.cut_off = cut_off  # by its output limit, as by long thoughts


class UnreadableFile(LodgepoleError):
    """A file's content cannot be read; the message is shown on the file and its operation."""


class ClaimLost(LodgepoleError):
    """The operation was taken over, cancelled or finished by someone else."""
