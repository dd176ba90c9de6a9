"""Everything an entry point may call, in one value; wiring fills it."""

from dataclasses import dataclass

from lodgepole.accounting import Accounting
from lodgepole.assistants import Assistants
from lodgepole.chat.answer import Chat
from lodgepole.chat.models import ModelDirectory
from lodgepole.evaluation.alignment import Alignment
from lodgepole.files import Files
from lodgepole.keys import Keys
from lodgepole.limits import Limits
from lodgepole.operations import Operations
from lodgepole.ports import Allowances, Blobs, Catalog, Clock, Index, OperationLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    assistants: Assistants
    files: Files
    operations: Operations
    keys: Keys
    accounting: Accounting
    chat: Chat
    alignment: Alignment
    models: ModelDirectory
    blobs: Blobs
    catalog: Catalog
    log: OperationLog
    index: Index
    allowances: Allowances
    clock: Clock
    limits: Limits
