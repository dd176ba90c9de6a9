"""Questions that need whole tables: counted, added up, compared, looked up."""
