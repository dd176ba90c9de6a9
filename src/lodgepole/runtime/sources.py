"""Part of the wiring: origins of documents, and what runs sources."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from uuid import uuid4

from lodgepole.adapters.origins.bucket import BucketOrigin
from lodgepole.adapters.origins.credentials import Credential, Credentials
from lodgepole.adapters.origins.folder import FolderOrigin
from lodgepole.adapters.origins.folder_changes import find_changes
from lodgepole.adapters.origins.git import GitOrigin
from lodgepole.adapters.origins.web import WebOrigin
from lodgepole.adapters.outbound_http import GuardedClient, Networks
from lodgepole.adapters.web_pages.foreign import ForeignPages
from lodgepole.concurrency.signal import Signal
from lodgepole.library.download_tokens import DownloadTokens
from lodgepole.library.files import Files
from lodgepole.ports.origin import Origin
from lodgepole.ports.source_store import SourceKind
from lodgepole.runtime.processing import open_parser
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.storage import Stores
from lodgepole.sources.registry import Sources
from lodgepole.sources.scheduler import SourceRunner
from lodgepole.sources.sync import Sync
from lodgepole.sources.watching import FolderWatch
from lodgepole.telemetry.stages import Stages

REPOSITORY_SECONDS = 600.0
"""To fetch all files of a commit in one answer."""
Origins = Mapping[SourceKind, Origin]


def open_origins(settings: Settings, stack: AsyncExitStack) -> Origins:
    """Every origin that this server reads; closed with `stack`.

    Raises:
        InvalidRequest: A setting cannot be used; the message says which and why.
    """
    networks = Networks(settings.source_networks)
    client, patient = GuardedClient(networks), GuardedClient(networks, seconds=REPOSITORY_SECONDS)
    for each in (client, patient):
        stack.push_async_callback(each.close)
    credentials = _credentials(settings)
    # Of their own, so that no page is read in the place of a file; started with the first page.
    reader = open_parser(settings, stack, children=1)
    return {
        SourceKind.FOLDER: FolderOrigin(settings.source_roots),
        SourceKind.WEB: WebOrigin(
            client,
            pages=ForeignPages(reader.read_foreign),
            limits=settings.limits,
            credentials=credentials,
        ),
        SourceKind.GIT: GitOrigin(patient, credentials),
        SourceKind.BUCKET: BucketOrigin(credentials),
    }


def _credentials(settings: Settings) -> Credentials:
    return Credentials(
        Credential(
            name=given.name,
            url=given.url,
            username=given.username,
            secret=None if given.secret is None else given.secret.get_secret_value(),
            options={name: value.get_secret_value() for name, value in given.options.items()},
        )
        for given in settings.source_credentials
    )


def source_registry(settings: Settings, stores: Stores, origins: Origins, wake: Signal) -> Sources:
    """What users do with sources; `wake` is given when a run is due now."""
    return Sources(
        store=stores.sources,
        origins=origins,
        clock=stores.clock,
        new_id=_new_id,
        limits=settings.limits,
        wake=wake,
    )


def source_runner(
    settings: Settings,
    stores: Stores,
    origins: Origins,
    *,
    files: Files,
    wake: Signal,
    stages: Stages,
) -> SourceRunner:
    """What runs sources that are due in this process."""
    spool = settings.data_dir / "uploads"
    spool.mkdir(parents=True, exist_ok=True)
    return SourceRunner(
        store=stores.sources,
        sync=Sync(
            store=stores.sources,
            files=files,
            catalog=stores.catalog,
            limits=settings.limits,
            spool=spool,
        ),
        origins=origins,
        clock=stores.clock,
        limits=settings.limits,
        worker_id=stores.worker_id,
        new_id=_new_id,
        wake=wake,
        stages=stages,
    )


def folder_watch(settings: Settings, stores: Stores, wake: Signal) -> FolderWatch | None:
    """What runs folders when they change; None where nothing tells of changes."""
    changes = find_changes(settings.source_roots)
    if changes is None:
        return None
    return FolderWatch(changes, store=stores.sources, clock=stores.clock, wake=wake)


def open_files(settings: Settings, stores: Stores, stages: Stages) -> Files:
    """Return the library of files, which requests and sources change alike."""
    limits, clock, log = settings.limits, stores.clock, stores.log
    return Files(
        catalog=stores.catalog,
        intake=log,
        history=log,
        blobs=stores.blobs,
        clock=clock,
        new_id=_new_id,
        limits=limits,
        signer=DownloadTokens(secret=stores.signing_secret, clock=clock, limits=limits),
        stages=stages,
    )


def _new_id() -> str:
    return str(uuid4())
