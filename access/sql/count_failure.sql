-- Counts one failed attempt of somebody within a minute, and forgets their minutes long past.
-- binds: who bytea, minute timestamptz
-- gives: nothing
-- locks: the one row of this address and minute.
with forgotten as (
    delete from failed_attempts where who = :who and minute < cast(:minute as timestamptz) - interval '1 hour'
)
insert into failed_attempts (who, minute, attempts)
values (:who, :minute, 1)
on conflict (who, minute) do update set attempts = failed_attempts.attempts + 1
