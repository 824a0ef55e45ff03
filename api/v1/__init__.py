"""The API, version 1: the same acts as the pages, as JSON, with request keys and problem+json."""
