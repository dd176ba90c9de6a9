"""One reader a format, and the child process in which they all run."""
