"""Wire shapes, one module per endpoint family."""
