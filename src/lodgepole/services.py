"""Everything an entry point may call, in one value; wiring fills it."""

from dataclasses import dataclass

from lodgepole.access.api_keys import Keys
from lodgepole.access.usage import UsageMeter
from lodgepole.chat.answer import Chat
from lodgepole.chat.model_directory import ModelDirectory
from lodgepole.evaluation.alignment import Alignment
from lodgepole.library.assistants import Assistants
from lodgepole.library.file_batches import FileBatches
from lodgepole.library.files import Files
from lodgepole.library.held_files import HeldFiles
from lodgepole.library.operations import Operations
from lodgepole.library.responses import StoredResponses
from lodgepole.limits import Limits
from lodgepole.ports.allowances import Allowances
from lodgepole.ports.backlog import Backlog
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.index import Index
from lodgepole.ports.live_content import LiveContent
from lodgepole.ports.operation_signals import OperationSignals
from lodgepole.sources.registry import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    assistants: Assistants
    files: Files
    operations: Operations
    held_files: HeldFiles
    file_batches: FileBatches
    responses: StoredResponses
    keys: Keys
    sources: Sources
    usage_meter: UsageMeter
    chat: Chat
    alignment: Alignment
    models: ModelDirectory
    blobs: Blobs
    catalog: Catalog
    live: LiveContent
    backlog: Backlog
    signals: OperationSignals
    index: Index
    allowances: Allowances
    clock: Clock
    limits: Limits
