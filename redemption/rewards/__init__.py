"""Rewards: an offer becomes a redemption and a voucher, and ends captured, given back or expired, once."""
