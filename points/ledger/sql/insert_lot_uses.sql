-- Record what took from or returned to which lots, numbered on from the holder's last use.
-- binds: slice smallint, holder_id uuid, point_kinds text[], lot_seqs bigint[], posting_seqs bigint[],
--        hold_ids uuid[], amounts bigint[] (pairwise)
-- gives: nothing
-- locks: the new rows; the caller has claimed the holder
insert into lot_uses (slice, holder_id, use_no, point_kind, lot_seq, posting_seq, hold_id, amount)
select
    :slice, :holder_id,
    u.no + coalesce((select max(l.use_no) from lot_uses l where l.slice = :slice and l.holder_id = :holder_id), 0),
    u.point_kind, u.lot_seq, u.posting_seq, u.hold_id, u.amount
from
    unnest(
        cast(:point_kinds as text[]), cast(:lot_seqs as bigint[]), cast(:posting_seqs as bigint[]),
        cast(:hold_ids as uuid[]), cast(:amounts as bigint[])
    ) with ordinality as u (point_kind, lot_seq, posting_seq, hold_id, amount, no)
