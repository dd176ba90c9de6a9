"""What web sites send, read within a process that may be killed for it."""
