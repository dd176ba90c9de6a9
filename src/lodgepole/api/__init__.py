"""HTTP: the published wire, its versions and its error shape."""
