"""Reading of foreign web pages, in a process that may be killed."""
