"""What if: past events and facts under the rules in force and under a draft, side by side. Nothing is posted.

one          one holder: items, points and sentences under both
population   everybody: who gains, who loses, what it costs, by group
"""
