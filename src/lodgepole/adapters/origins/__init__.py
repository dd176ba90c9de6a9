"""Where documents come from, one module or folder an origin."""
