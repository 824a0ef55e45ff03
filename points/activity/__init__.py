"""Activities, their shifts, and attendance: who came, when, and how that is shown.

Must never earn anything by itself: it hands events to `points.intake`.
"""
