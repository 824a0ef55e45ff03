"""What every package stands on and none of it knows the domain: settings, database, clock, ids, keys,
errors, audit, queue, files, locale."""
