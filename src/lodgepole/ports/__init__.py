"""Needs of the outside world, as Protocols stated in Lodgepole's own terms.

Each port has a real adapter and an in-memory one in `adapters/`, and one contract suite in
`tests/contracts` that every adapter passes. Ports raise only the errors of `lodgepole.errors`.
"""
