-- Counts one failed attempt of somebody within a minute, and forgets everybody's minutes long past: a hashed
-- address is still an address.
-- binds: who bytea, minute timestamptz
-- gives: nothing
-- locks: the one row of this address and minute, and rows older than an hour that nobody else is forgetting.
with forgotten as (
    delete from failed_attempts where (who, minute) in (
        select who, minute from failed_attempts
        where minute < cast(:minute as timestamptz) - interval '1 hour' for update skip locked
    )
)
insert into failed_attempts (who, minute, attempts)
values (:who, :minute, 1)
on conflict (who, minute) do update set attempts = failed_attempts.attempts + 1
