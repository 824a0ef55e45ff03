-- All postings of these transactions, with what undoing each needs.
-- binds: slices smallint[], holder_ids uuid[], transaction_ids uuid[] (pairwise)
-- gives: the posting's columns, corrected (undone before), lapsed (how much of its own lot has expired),
--        taken (a list of [lot seq, amount, remaining, expires_at, grace_days, extended] in the order taken)
-- locks: nothing; the caller has claimed the holders
select
    p.holder_id, p.transaction_id, p.point_kind, p.seq, p.amount, p.contra, p.reason, p.effective_at, p.about_on, p.title,
    p.event_id, p.hold_id,
    exists (
        select from corrections c
        where (c.slice, c.holder_id, c.corrected_transaction_id) = (p.slice, p.holder_id, p.transaction_id)
    ) as corrected,
    case
        when p.amount > 0 then coalesce((
            select -sum(u.amount) from lot_uses u
            join postings x
                on (x.slice, x.holder_id, x.point_kind, x.seq) = (u.slice, u.holder_id, u.point_kind, u.posting_seq)
            where
                (u.slice, u.holder_id, u.point_kind, u.lot_seq) = (p.slice, p.holder_id, p.point_kind, p.seq)
                and x.contra = 'expiry'
        ), 0)
        else 0
    end::bigint as lapsed,
    case
        when p.amount < 0 then coalesce((
            select jsonb_agg(jsonb_build_array(
                t.lot_seq, t.taken, l.remaining, coalesce(l.extended_to, q.lot_expires_at), l.grace_days,
                l.extended_to is not null
            ) order by t.first_no)
            from (
                select u.lot_seq, -sum(u.amount)::bigint as taken, min(u.use_no) as first_no
                from lot_uses u
                where
                    u.slice = p.slice and u.holder_id = p.holder_id and u.point_kind = p.point_kind
                    and (u.posting_seq = p.seq or (p.hold_id is not null and u.hold_id = p.hold_id))
                group by u.lot_seq
                having sum(u.amount) <> 0
            ) t
            join postings q on (q.slice, q.holder_id, q.point_kind, q.seq) = (p.slice, p.holder_id, p.point_kind, t.lot_seq)
            join lots l on (l.slice, l.holder_id, l.point_kind, l.seq) = (p.slice, p.holder_id, p.point_kind, t.lot_seq)
        ), '[]'::jsonb)
        else '[]'::jsonb
    end as taken
from
    unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[]), cast(:transaction_ids as uuid[]))
    as r (slice, holder_id, transaction_id)
join postings p
    on (p.slice, p.holder_id, p.transaction_id) = (r.slice, r.holder_id, r.transaction_id) /* slices: p */
order by p.holder_id, p.transaction_id, p.point_kind, p.seq
