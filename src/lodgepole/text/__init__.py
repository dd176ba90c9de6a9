"""Text analysis, once: sentences, the analyzer of words, languages and word lists; pure."""
