"""All use cases that an entry point may call, in one value that wiring fills."""

from collections import OrderedDict
from dataclasses import dataclass, replace

from lodgepole.access.api_keys import Keys
from lodgepole.access.audit import AuditLog
from lodgepole.access.grants import Granted, GrantedCatalog, GrantedHistory, GrantedIntake
from lodgepole.access.sessions import Sessions
from lodgepole.access.sign_in import SignIn
from lodgepole.access.usage import UsageMeter
from lodgepole.chat.answer import Chat
from lodgepole.chat.model_directory import ModelDirectory
from lodgepole.evaluation.alignment import Alignment
from lodgepole.library.assistants import Assistants
from lodgepole.library.conversations import Conversations
from lodgepole.library.file_batches import FileBatches
from lodgepole.library.files import Files
from lodgepole.library.held_files import HeldFiles
from lodgepole.library.operations import Operations
from lodgepole.library.responses import StoredResponses
from lodgepole.library.shared_conversations import SharedConversations
from lodgepole.limits import Limits
from lodgepole.model import ApiKey, Grant
from lodgepole.ports.backlog import Backlog
from lodgepole.ports.blobs import Blobs
from lodgepole.ports.catalog import Catalog
from lodgepole.ports.clock import Clock
from lodgepole.ports.index import SearchedIndex
from lodgepole.ports.live_content import LiveContent
from lodgepole.ports.operation_history import OperationHistory
from lodgepole.ports.operation_intake import OperationIntake
from lodgepole.ports.operation_signals import OperationSignals
from lodgepole.ports.rate_limit_buckets import RateLimitBuckets
from lodgepole.sources.registry import Sources
from lodgepole.webhooks.registry import Webhooks

KEYS_IN_USE = 64
"""Keys with grants whose services are kept; one more costs what it takes to copy a few values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    assistants: Assistants
    files: Files
    operations: Operations
    held_files: HeldFiles
    file_batches: FileBatches
    responses: StoredResponses
    conversations: Conversations
    shared: SharedConversations
    keys: Keys
    sessions: Sessions
    audit: AuditLog
    sources: Sources
    webhooks: Webhooks
    usage_meter: UsageMeter
    chat: Chat
    alignment: Alignment
    models: ModelDirectory
    blobs: Blobs
    catalog: Catalog
    intake: OperationIntake
    history: OperationHistory
    live: LiveContent
    backlog: Backlog
    signals: OperationSignals
    index: SearchedIndex
    rate_limit_buckets: RateLimitBuckets
    clock: Clock
    limits: Limits
    sign_in: SignIn | None = None  # None where only keys are taken

    def under(self, grant: Grant) -> "Services":
        """The same for a key with this grant: what it hides is not there.

        What belongs to a project as a whole stays as it is: keys, held files, responses, sources,
        webhooks.
        """
        granted = Granted(grant, self.limits)
        catalog = GrantedCatalog(self.catalog, granted)
        intake = GrantedIntake(self.intake, self.catalog, granted)
        history = GrantedHistory(self.history, self.catalog, granted)
        return replace(
            self,
            assistants=self.assistants.over(catalog),
            files=self.files.over(catalog, intake, history),
            operations=Operations(history=history, signals=self.signals),
            chat=self.chat.over(catalog),
            catalog=catalog,
            intake=intake,
            history=history,
        )


class GrantedServices:
    """The services of keys with grants, made once for each key while it is in use."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._made: OrderedDict[str, Services] = OrderedDict()

    def of(self, key: ApiKey) -> Services:
        """What a route may call for this key."""
        if key.grant is None:
            return self._services
        made = self._made.get(key.hash)
        if made is None:
            made = self._made[key.hash] = self._services.under(key.grant)
            if len(self._made) > KEYS_IN_USE:
                self._made.popitem(last=False)
        self._made.move_to_end(key.hash)
        return made
