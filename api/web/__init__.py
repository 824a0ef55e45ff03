"""What every face shares: the door, problems, templates, sign-in, security headers, QR images, static files.

Must never hold a rule of the city, and must never write SQL.
"""
