"""What is kept: assistants, files, uploads and the operations that change them."""
