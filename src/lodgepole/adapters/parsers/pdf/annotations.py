"""Annotations, beside a page's own text: form fields, notes, stamps and links. Pure."""

from dataclasses import dataclass

TICKED, UNTICKED = "[x]", "[ ]"  # of boxes and buttons
BLANK = "____"  # where nothing was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A box in points, in the frame of its page; `y` grows upwards."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field as it is filled in."""

    place: Place
    text: str  # empty where nothing was written
    is_tick: bool  # a box or button, whose text says whether it is ticked
    name: str  # what a viewer says of it, for those who cannot see its label


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text put on the page, or what a reader said about it."""

    place: Place
    text: str
    is_remark: bool
    marks_words: bool = False  # it is about the words that it covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Target of a stretch of text, which has one place for each of its lines."""

    places: tuple[Place, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Annotations:
    """All of one page."""

    fields: tuple[FormField, ...] = ()
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.notes or self.links)
