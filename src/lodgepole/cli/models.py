"""`lodgepole models`: what embeds and what answers."""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Annotated

import typer

from lodgepole.adapters.chat_models.llama_cpp.weights import MODELS
from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.cli.connection import DataDirOption, JsonOption, load_settings
from lodgepole.cli.model_check import ask_all, show_grade
from lodgepole.cli.screen import columns, count, say, show_json, size
from lodgepole.evaluation.model_grades import Grade, grade
from lodgepole.runtime import embedding_models, local_models, model_presets
from lodgepole.runtime.chat_models import CheckedModel, check_models, default_name
from lodgepole.runtime.settings import Settings

app = typer.Typer(
    rich_markup_mode=None,
    help="Fetch the embedding model; see what embeds; try the models that answer.",
    no_args_is_help=True,
)


@app.callback()
def _models() -> None:
    """Fetch the embedding model; see what embeds; try the models that answer."""


PRESETS = {"embedder": model_presets.EMBEDDERS, "reranker": model_presets.RERANKERS}


@app.command("pull", short_help="Fetch an embedder, reranker or language model.")
def pull(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL]",
            help="A model of the list. Default: the built-in embedder.",
            show_default=False,
        ),
    ] = None,
    *,
    available: Annotated[bool, typer.Option("--list", help="List the models instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch weights into the cache and verify them: an embedder, a reranker or a language model.

    What is on the list comes from its hub, or a mirror (model_hub_url), which says its hash; what
    differs is not kept. `lodgepole serve --model MODEL` then runs a language model, with the extra
    `local`; an embedder or a reranker goes into lodgepole.toml, as the command says.
    """
    if available:
        _show_available(as_json=as_json)
        return
    settings = load_settings()
    if name is None:
        where, what = embedding_models.pull_model(settings), "The embedding model"
    elif model_presets.is_preset(name):
        where, what = model_presets.pull_preset(settings, name, _progress(as_json)), name
    else:
        where, what = local_models.pull_language_model(settings, name, _progress(as_json)), name
    if as_json:
        show_json({"path": str(where)})
    else:
        say(f"{what} is at {where}.")
        if name is not None:
            say(_how_to_use(name))


def _how_to_use(name: str) -> str:
    for section, presets in PRESETS.items():
        if any(preset.name == name for preset in presets):
            return f'Use it, in lodgepole.toml: [{section}] kind = "preset", name = "{name}"'
    return f"Serve with it: lodgepole serve --model {name}"


def _show_available(*, as_json: bool) -> None:
    kinds = {"language model": MODELS, **PRESETS}
    if as_json:
        show_json(
            [
                {"kind": kind, **dataclasses.asdict(model)}
                for kind, models in kinds.items()
                for model in models
            ]
        )
        return
    columns(
        ("model", "kind", "size", "licence", "", "from"),
        [
            (m.name, kind, size(m.size), m.licence, m.about, m.repository)
            for kind, models in kinds.items()
            for m in models
        ],
    )


def _progress(quiet: bool) -> Callable[[int, int], None]:
    """Say each tenth of what has come."""
    said = 0

    def told(done: int, whole: int) -> None:
        nonlocal said
        tenth = 10 * done // max(1, whole)
        if tenth > said and not quiet:
            said = tenth
            say(f"  {10 * tenth} % of {size(whole)}", style="dim")

    return told


@app.command("status", short_help="Show what files are searched by.")
def status(*, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Show which embedding models the files are searched by, and how far a change has come.

    Reads the indexes in the data directory, whether a server is running there or not.
    """
    found = embedding_models.embedding_progress(load_settings(data_dir=data_dir))
    if as_json:
        show_json([dataclasses.asdict(progress) for progress in found])
        return
    if not found:
        say("No file has been embedded yet.")
    for progress in found:
        who = f"{progress.embedder.model} ({progress.embedder.engine})"
        if progress.assistants:
            say(
                f"{who}: {count(progress.searched, 'passage')} in "
                f"{count(progress.assistants, 'assistant')}."
            )
        if progress.total:
            say(f"{who}: being made, {progress.prepared} of {progress.total} passages are ready.")


@app.command("check", short_help="Try each configured language model, and grade one.")
def check(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL]",
            help="The model that is graded. Default: the one that answers.",
            show_default=False,
        ),
    ] = None,
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Ask each model for one word, and no questions.")
    ] = False,
    fill_window: Annotated[
        bool,
        typer.Option(
            "--fill-window",
            help="Ask after as many words as the window is set to hold. Costs their tokens.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Try each configured language model, grade one on ten questions, and say what to set.

    Each is asked for one word: the default model, the models listed under [[models]], and one of
    each provider that a key is set for. Then one is asked ten questions about the examples, in a
    server of its own with a data directory of its own: facts with citations, a follow-up, what no
    document says, JSON. The model that quotes is graded where no other is configured. Exit code 1
    when a model does not answer.
    """
    settings = load_settings()
    extractive = ScriptedChatModel([])
    checked = asyncio.run(check_models(settings, extractive, fill_window=fill_window, also=name))
    if not as_json:
        if not checked:
            say("No language model is configured; answers are quotes from the documents.")
            say("Quoting follows no instructions, no temperature and no JSON schema.")
        for model in checked:
            _show_checked(model)
    wanted = name or asyncio.run(default_name(settings, extractive))
    found = next((model for model in checked if model.name == wanted), None)
    graded = None
    if not quick and (found is None or found.problem is None):
        graded = _graded(settings, wanted, found, quiet=as_json)
    if as_json:
        nobody = CheckedModel(name=wanted, upstream=wanted, problem=None, notes=(), seconds=0.0)
        rows = checked if found is not None or graded is None else [*checked, nobody]
        show_json(
            [
                dataclasses.asdict(model)
                | {"grade": dataclasses.asdict(graded) if graded and model.name == wanted else None}
                for model in rows
            ]
        )
    if any(model.problem for model in checked):
        raise typer.Exit(1)


def _show_checked(model: CheckedModel) -> None:
    known = model.name if model.name == model.upstream else f"{model.name} ({model.upstream})"
    if model.problem is None:
        say(f"{known}: answers ({model.seconds:.1f} s)")
    else:
        say(f"{known}: {model.problem}", style="red")
    for note in model.notes:
        say(f"{known}: {note}", style="yellow")


def _graded(settings: Settings, name: str, checked: CheckedModel | None, *, quiet: bool) -> Grade:
    """Grade the model of that name; `checked` is None for the one that quotes."""

    def told(question: str) -> None:
        if not quiet:
            say(f"> {question}", style="dim")

    found = grade(
        ask_all(settings, name, told=told),
        writes=checked is not None,
        window=checked.context_tokens if checked else None,
        attributes=checked is not None and checked.attribute,
    )
    if not quiet:
        show_grade(name, found)
    return found
