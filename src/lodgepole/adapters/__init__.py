"""One file per outside thing, `<technology>_<port>`.

Adapters know ports and the model; they know no feature and not each other.
"""
