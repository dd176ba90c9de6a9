"""An assistant as an MCP server."""
