"""The desks of organisers, officials, merchants and auditors. Each knows nothing of the others."""
