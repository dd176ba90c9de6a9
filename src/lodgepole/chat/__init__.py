"""One chat turn: retrieve, prompt, generate, cite."""
