"""The pure half: values in, decisions and sentences out. Imports no database, no asyncio, no randomness."""
