"""How good an answer is, against a ground truth."""
