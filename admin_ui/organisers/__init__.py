"""The organiser's desk: activities, the rotating code, late scans and the hours workbook."""
