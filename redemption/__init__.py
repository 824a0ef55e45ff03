"""Spending: offers, holds, vouchers, the merchants who take them. Touches Postgres, nothing else of the world."""
