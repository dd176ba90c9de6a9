"""Settings, and the wiring that chooses adapters by them and runs the whole."""
