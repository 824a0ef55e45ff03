-- Record what took from or returned to which lots, numbered on from each holder's last use.
-- binds: slices smallint[], holder_ids uuid[], point_kinds text[], lot_seqs bigint[], posting_seqs bigint[],
--        hold_ids uuid[], amounts bigint[], recorded_ats timestamptz[] (pairwise)
-- gives: nothing
-- locks: the new rows; the caller has claimed the holders
insert into lot_uses (slice, holder_id, use_no, point_kind, lot_seq, posting_seq, hold_id, amount, recorded_at)
select
    u.slice, u.holder_id,
    row_number() over (partition by u.slice, u.holder_id order by u.no)
    + coalesce((select max(l.use_no) from lot_uses l where (l.slice, l.holder_id) = (u.slice, u.holder_id)), 0),
    u.point_kind, u.lot_seq, u.posting_seq, u.hold_id, u.amount, u.recorded_at
from
    unnest(
        cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:point_kinds as text[]),
        cast(:lot_seqs as bigint[]), cast(:posting_seqs as bigint[]), cast(:hold_ids as uuid[]),
        cast(:amounts as bigint[]), cast(:recorded_ats as timestamptz[])
    ) with ordinality as u (slice, holder_id, point_kind, lot_seq, posting_seq, hold_id, amount, recorded_at, no)
