"""The console: staff pages, operations pages and the HTTP read API over what the other services decided."""
