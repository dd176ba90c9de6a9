"""One page of a listing."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """One page of a listing; `next` continues it and is None on the last one."""

    items: tuple[T, ...]
    next: str | None = field(default=None)
