"""Port: changes accepted, durable before anybody is told so."""

from typing import Protocol

from lodgepole.model import File, Operation


class OperationIntake(Protocol):
    """Intake of accepted changes.

    Operations and the catalog live in one database, so a method here changes both in one
    transaction.
    """

    async def reserve_generation(self, assistant_id: str) -> int:
        """A number above all that contents of this assistant have had, never given out again.

        So two upserts of one id at a time, or one after a deletion, never share a key.
        Raises NotFound.
        """
        ...

    async def append(
        self, operation: Operation, *, file: File | None = None, most_files: int | None = None
    ) -> None:
        """Accept a change; durable on return.

        - UPLOAD_FILE and UPSERT_FILE of a new id: inserts `file` (Processing).
        - UPSERT_FILE of an existing id: leaves the file as readers see it. One that was never
          Available begins again as `file` (Processing). An operation with the generation that
          is published keeps the content and changes only what the upload says of it.
        - DELETE_FILE: the file becomes Deleting, and an unfinished operation on it becomes Failed.
        - DELETE_ASSISTANT: the assistant becomes Terminating, its files Deleting, and every
          unfinished operation on them Failed.

        Raises:
            NotFound: The assistant is gone or Terminating, or there is no file to delete.
            Conflict: The file has an unfinished operation, is Deleting, has content of a higher
                generation, or was deleted by an operation of a higher one.
            RateLimited: With the new file the assistant would hold more than `most_files`.
        """
        ...
