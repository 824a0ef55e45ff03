"""One revision a file of SQL, in one line of descent."""
