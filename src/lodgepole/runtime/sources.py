"""Part of the wiring: origins of documents, and what runs sources."""

from collections.abc import Mapping
from uuid import uuid4

from lodgepole.adapters.origins.folder import FolderOrigin
from lodgepole.concurrency.signal import Signal
from lodgepole.library.download_tokens import DownloadTokens
from lodgepole.library.files import Files
from lodgepole.ports.origin import Origin
from lodgepole.ports.source_store import SourceKind
from lodgepole.runtime.settings import Settings
from lodgepole.runtime.storage import Stores
from lodgepole.sources.registry import Sources
from lodgepole.sources.scheduler import SourceRunner
from lodgepole.sources.sync import Sync
from lodgepole.telemetry.stages import Stages


def origins(settings: Settings) -> Mapping[SourceKind, Origin]:
    """Every origin that this server reads."""
    return {SourceKind.FOLDER: FolderOrigin(settings.source_roots)}


def source_registry(settings: Settings, stores: Stores, wake: Signal) -> Sources:
    """What users do with sources; `wake` is given when a run is due now."""
    return Sources(
        store=stores.sources,
        origins=origins(settings),
        clock=stores.clock,
        new_id=_new_id,
        limits=settings.limits,
        wake=wake,
    )


def source_runner(settings: Settings, stores: Stores, files: Files, wake: Signal) -> SourceRunner:
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
        origins=origins(settings),
        clock=stores.clock,
        limits=settings.limits,
        worker_id=stores.worker_id,
        new_id=_new_id,
        wake=wake,
    )


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
