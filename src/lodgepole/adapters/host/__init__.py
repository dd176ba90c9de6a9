"""The machine: data directory, its backup, the clock, memory of the process."""
