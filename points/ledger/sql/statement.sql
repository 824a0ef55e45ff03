-- One holder's postings, newest first, a page at a time.
-- binds: slice smallint, holder_id uuid, before_at timestamptz, before_kind text, before_seq bigint
--        (the last line of the page before; nulls for the first page), most integer
-- gives: the posting's columns
-- locks: nothing
select
    p.point_kind, p.seq, p.transaction_id, p.amount, p.balance_after, p.effective_at, p.recorded_at, p.title,
    p.reason, p.event_id, p.hold_id, p.contra, p.lot_expires_at
from postings p
where
    p.slice = :slice and p.holder_id = :holder_id
    and (
        cast(:before_at as timestamptz) is null
        or (p.recorded_at, p.point_kind, p.seq)
        < (cast(:before_at as timestamptz), cast(:before_kind as text), cast(:before_seq as bigint))
    )
order by p.recorded_at desc, p.point_kind desc, p.seq desc
limit :most
