-- One holder's postings, newest first, a page at a time, each with its event, its rule's version and what undid it.
-- binds: slice smallint, holder_id uuid, before_at timestamptz, before_kind text, before_seq bigint (the last line of
--        the page before, or the end of time), since timestamptz, until timestamptz (recorded then, exclusive),
--        as_of timestamptz (what counted by then), known_at timestamptz (what was recorded by then),
--        point_kind text (null: all), transaction_id uuid (null: all), most integer (null: all)
-- gives: the columns of points.ledger.statement.Line, in its order, without the deciders
-- locks: nothing
select
    p.point_kind, p.seq, p.transaction_id, p.amount, p.balance_after, p.effective_at, p.recorded_at, p.title, p.reason,
    p.event_id, p.hold_id, p.contra, p.lot_expires_at, p.about_on, p.case_id, p.decided_by,
    e.kind as event_kind, e.evidence,
    case
        when p.reason like 're_rate:%' then (
            -- What a re-rate posted goes by the decision that it made, not by the event's first one.
            select d.decision ->> 'version' from redecisions d
            where
                (d.slice, d.holder_id, d.event_id, d.programme) = (p.slice, p.holder_id, p.event_id, p.programme)
                and d.decision ->> 're_rate' = substr(p.reason, length('re_rate:') + 1)
        )
        else e.decisions -> p.programme ->> 'version'
    end as version,
    c.transaction_id as undone_by, c.recorded_at as undone_at
from (
    select
        q.*, case when q.contra like 'issuance:%' then substr(q.contra, length('issuance:') + 1) end as programme
    from postings q
    where
        q.slice = :slice and q.holder_id = :holder_id
        and q.recorded_at >= :since and q.recorded_at < :until and q.recorded_at <= :before_at
        and q.recorded_at <= :known_at and q.effective_at <= :as_of
        and (q.recorded_at, q.point_kind, q.seq) < (:before_at, cast(:before_kind as text), cast(:before_seq as bigint))
        and (cast(:point_kind as text) is null or q.point_kind = :point_kind)
        and (cast(:transaction_id as uuid) is null or q.transaction_id = :transaction_id)
    order by q.recorded_at desc, q.point_kind desc, q.seq desc
    limit cast(:most as bigint)
) p
left join events e on (e.slice, e.holder_id, e.event_id) = (p.slice, p.holder_id, p.event_id)
left join corrections c
    on (c.slice, c.holder_id, c.corrected_transaction_id) = (p.slice, p.holder_id, p.transaction_id)
    and c.recorded_at <= :known_at
order by p.recorded_at desc, p.point_kind desc, p.seq desc
