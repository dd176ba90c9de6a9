"""The table of commands: what is in it runs, and what was not asked for is not imported."""

import json
import subprocess
import sys

import pytest
import typer.main
from typer.testing import CliRunner

from lodgepole.cli import COMMANDS, app, load


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_row_names_a_command_with_help_of_its_own(command):
    built = load(command)
    assert (built.name, built.short_help) == (command.name, command.summary)
    assert built.help


@pytest.mark.parametrize(
    ("arguments", "imported"),
    [
        (["--help"], set()),
        (["--version"], set()),
        (["no-such-command"], set()),
        (["keys", "--help"], {"keys"}),
        (["serve", "--help"], {"serve"}),
    ],
    ids=" ".join,
)
def test_a_command_that_was_not_asked_for_is_not_imported(arguments, imported):
    modules = {command.target.partition(":")[0] for command in COMMANDS}
    program = (
        "import sys, lodgepole.cli\n"
        "try: lodgepole.cli.main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        f"print(*({modules!r} & {{name.rpartition('.')[2] for name in sys.modules if "
        "name.startswith('lodgepole.cli.')}), file=sys.stderr, sep=',')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True
    )
    assert set(filter(None, ran.stderr.splitlines()[-1].split(","))) == imported


@pytest.mark.parametrize("command", ["serve", "worker", "keys", "verify", "migrate", "doctor"])
def test_help_of_a_command_imports_no_server_and_no_driver(command):
    program = (
        "import sys, lodgepole.cli\n"
        "try: lodgepole.cli.main([sys.argv[1], '--help'])\n"
        "except SystemExit: pass\n"
        "print(*{'fastapi', 'uvicorn', 'sqlalchemy', 'tantivy', 'onnxruntime', 'numpy', 'obstore', "
        "'pydantic_settings'} & set(sys.modules), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program, command], capture_output=True, text=True)
    assert "Usage:" in ran.stdout
    assert ran.stderr.strip() == ""


def test_help_lists_every_command_in_the_order_of_the_table():
    said = CliRunner().invoke(app, ["--help"]).stdout
    listed = said.split("Commands:\n", 1)[1]
    assert [line.split()[0] for line in listed.splitlines() if line.strip()] == [
        command.name for command in COMMANDS
    ]
    assert [command.summary for command in COMMANDS if command.summary not in listed] == []


def test_a_slip_of_the_keys_is_answered_with_what_was_meant():
    refused = CliRunner().invoke(app, ["serv"])
    assert refused.exit_code == 2
    assert "Did you mean 'serve'" in refused.output


def test_a_command_is_added_to_the_table_and_nowhere_else():
    commands = typer.main.get_group(app).commands
    with pytest.raises(TypeError, match="a row in COMMANDS"):
        commands["dance"] = commands["serve"]
    with pytest.raises(TypeError, match="a row in COMMANDS"):
        del commands["serve"]
    assert commands["serve"] is commands["serve"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["dance"],
        ["chat", "a", "q", "--temperature", "9"],
        ["chat", "a", "q", "--top-k", "none"],
        ["chat", "a", "q", "--filter", "{"],
        ["chat", "a", "q", "--filter", "[]"],
        ["files", "list", "a", "--status", "done"],
        ["files", "list", "a", "--url", "nowhere"],
        ["files", "upload", "a", "/no/such/file"],
        ["keys", "create", "x", "--role", "king"],
        ["import", "/no/such/file"],
        ["assistants", "update", "a"],
        ["sources", "add", "a", "https://h.example/", "--every", "often"],
    ],
    ids=" ".join,
)
def test_every_wrong_value_ends_with_2_and_in_json_where_that_was_asked_for(arguments):
    said = CliRunner().invoke(app, [*arguments, "--json"])
    assert (said.exit_code, said.stdout) == (2, "")
    assert json.loads(said.stderr)["error"]["kind"] == "UsageError"
    assert CliRunner().invoke(app, arguments).exit_code == 2
