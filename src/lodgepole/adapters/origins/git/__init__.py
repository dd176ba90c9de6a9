"""The files of a branch of a repository: `origin`."""

from lodgepole.adapters.origins.git.origin import GitOrigin

__all__ = ["GitOrigin"]
