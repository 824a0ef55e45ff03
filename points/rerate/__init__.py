"""Re-rate: past events decided again under the rules as they are now in force; only the differences are posted.

terms      which programme and days, and why: what an approval binds
again      one holder's events decided again (pure)
propose    what it would do, and handing it to another official
carry_out  piece by piece, resumable, each piece once
"""
