"""Answers without a language model: sentences of the sources are chosen and quoted."""
