"""Every port in memory: for tests, and for trying Lodgepole without a disk."""
