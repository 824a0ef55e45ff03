"""The auditor's desk: a balance traced back to its scan, and every row verified. Must never write."""
