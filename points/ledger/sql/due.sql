-- Open matters of one sort past their time, oldest first; a hold of a voucher is the voucher's to end.
-- binds: what text ('hold' or 'pending'), now timestamptz, most integer
-- gives: holder_id, due_id
-- locks: nothing; ending one claims its holder first
select d.holder_id, d.due_id
from dues d
where
    d.what = :what and d.due_at <= :now
    and not exists (
        select from holds h
        where (h.slice, h.holder_id, h.hold_id) = (d.slice, d.holder_id, d.due_id) and h.purpose = 'redemption'
    )
order by d.due_at
limit :most
