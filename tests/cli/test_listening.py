import socket
from pathlib import Path

import pytest

from lodgepole.cli.listening import listening, open_files
from lodgepole.errors import Unavailable
from lodgepole.runtime.settings import Settings


def settings(tmp_path: Path, port: int = 0, host: str = "127.0.0.1") -> Settings:
    return Settings(host=host, port=port, data_dir=tmp_path)


def test_a_port_of_another_program_is_named(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Unavailable, match=f"Port {port} on 127.0.0.1 is in use"):
            listening(settings(tmp_path, port))


def test_a_host_that_is_not_here_is_named(tmp_path: Path):
    with pytest.raises(Unavailable, match="Cannot listen"):
        listening(settings(tmp_path, host="198.51.100.1"))


def test_who_only_keeps_an_address_gets_none_of_its_connections(tmp_path: Path):
    with listening(settings(tmp_path), shared=True, accepting=False) as keeping:
        port: int = keeping.getsockname()[1]
        with listening(settings(tmp_path, port), shared=True) as one:
            one.settimeout(20)
            with pytest.raises(Unavailable):
                listening(settings(tmp_path, port))
            for _ in range(8):
                with socket.create_connection(("127.0.0.1", port), 20):
                    one.accept()[0].close()


def test_a_process_may_have_files_for_its_connections():
    assert open_files() >= 256
