"""The organiser's desk: activities, the rotating code on the screen, workbooks of hours, scans without network."""
