import shutil
import sys

import httpx2
import pytest

from lodgepole.adapters.embedders.builtin.pulling import Puller
from lodgepole.adapters.embedders.builtin.weights import PACKAGE, ModelMissing, pulled_files


class Hub(httpx2.BaseTransport):
    """A hub that serves two files, or refuses."""

    def __init__(self, files=None, *, status=200):
        self.files = files
        self.status = status
        self.asked = []

    def handle_request(self, request):
        name = request.url.path.rpartition("/")[2]
        self.asked.append(name)
        if self.files is None:
            raise httpx2.ConnectError("no route")
        if self.status != 200:
            return httpx2.Response(self.status)
        path = getattr(self.files, "weights" if name.endswith("safetensors") else "tokenizer")
        return httpx2.Response(200, content=path.read_bytes())


def installer(tmp_path, model_files):
    """A command that installs the package as pip would."""
    script = tmp_path / "installer.py"
    script.write_text(
        "import pathlib, shutil, sys\n"
        "arguments = sys.argv[1:]\n"
        "target = pathlib.Path(arguments[arguments.index('--target') + 1])\n"
        "requirements = pathlib.Path(arguments[arguments.index('-r') + 1]).read_text()\n"
        "assert '--no-deps' in arguments and '--hash=sha256:' in requirements\n"
        f"shutil.copytree({str(model_files.weights.parent)!r}, target / {PACKAGE!r} / 'model')\n"
    )
    return (sys.executable, str(script))


def failing(message):
    return (sys.executable, "-c", f"import sys; sys.exit({message!r})")


def test_the_hub_is_asked_first_and_its_files_are_kept(tmp_path, model_files):
    hub = Hub(model_files)

    files = Puller(transport=hub, installers=()).pull(tmp_path)

    assert files == pulled_files(tmp_path)
    assert files.weights.stat().st_size == model_files.weights.stat().st_size
    assert sorted(path.name for path in files.weights.parent.iterdir()) == [
        "model.safetensors",
        "tokenizer.json",
    ]


def test_what_is_there_and_right_is_not_fetched_again(tmp_path, model_files):
    files = pulled_files(tmp_path)
    files.weights.parent.mkdir(parents=True)
    shutil.copy(model_files.weights, files.weights)
    shutil.copy(model_files.tokenizer, files.tokenizer)
    hub = Hub()

    assert Puller(transport=hub, installers=()).pull(tmp_path) == files
    assert hub.asked == []


def test_the_package_serves_where_the_hub_cannot_be_reached(tmp_path, model_files):
    commands = (failing("no such module"), installer(tmp_path, model_files))

    files = Puller(transport=Hub(), installers=commands).pull(tmp_path / "cache")

    assert files.present


def test_a_source_with_other_files_is_passed_over_and_named(tmp_path, model_files):
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    other = type(model_files)(weights=wrong, tokenizer=wrong)

    with pytest.raises(ModelMissing, match="not the published file"):
        Puller(transport=Hub(other), installers=()).pull(tmp_path)

    assert not pulled_files(tmp_path).present


def test_every_refusal_is_told(tmp_path):
    puller = Puller(
        transport=Hub(object(), status=403),
        installers=(failing("index unreachable"), ("no-such-installer-here",)),
    )

    with pytest.raises(ModelMissing) as refused:
        puller.pull(tmp_path)

    message = str(refused.value)
    assert "answered 403" in message
    assert "index unreachable" in message
    assert "no-such-installer-here" in message
    assert list(pulled_files(tmp_path).weights.parent.iterdir()) == []


def test_the_tokenizer_alone_is_pulled_where_the_weights_are_not_needed(tmp_path, model_files):
    hub = Hub(model_files)
    puller = Puller(transport=hub, installers=())

    path = puller.pull_tokenizer(tmp_path)

    assert path == pulled_files(tmp_path).tokenizer
    assert path.read_bytes() == model_files.tokenizer.read_bytes()
    assert hub.asked == ["tokenizer.json"]
    assert puller.pull_tokenizer(tmp_path) == path
    assert hub.asked == ["tokenizer.json"]


def test_the_tokenizer_comes_from_the_package_where_the_hub_cannot_be_reached(
    tmp_path, model_files
):
    puller = Puller(transport=Hub(), installers=(installer(tmp_path, model_files),))

    path = puller.pull_tokenizer(tmp_path / "cache")

    assert sorted(path.parent.iterdir()) == [path]
