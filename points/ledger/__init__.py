"""The ledger: holders, accounts, postings, lots and holds. Takes finished amounts; knows neither rules nor facts.

One row is one posting: the holder's account on one side, a contra code on the other, balanced by
construction. Nothing is edited; a balance is only the sum. Every write first claims its holders.
"""
