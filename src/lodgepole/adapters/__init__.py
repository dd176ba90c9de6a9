"""Adapters: one module for each external technology that implements a port.

Adapters know ports and the model; they know no feature and not each other.
"""
