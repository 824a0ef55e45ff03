"""The resident's pages: a phone, a thumb, one question a screen. Must never show another person's data."""
