"""The merchant's desk: is this voucher valid? Must never show who it belongs to."""
