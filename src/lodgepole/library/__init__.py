"""The library: assistants, files, uploads and the operations that change them."""
