-- Postings whose stored hash is not that of their content, or whose holder is not there.
-- The leaf's canonical JSON (RFC 8785: keys sorted, nothing between) is built here a second time, without the code
-- that wrote it: `to_json` escapes text as RFC 8785 does, and the text of a title needs only its two spaces taken out,
-- since a quote within a string is never bare.
-- binds: from_slice smallint, to_slice smallint (inclusive), holder_id uuid (null: everyone in them)
-- gives: code, holder_id, point_kind, seq, expected, found
-- locks: nothing; the session's time zone is UTC, as kernel.db sets it
with handles as materialized (
    select h.slice, h.holder_id, encode(h.subject_handle, 'hex') as subject
    from holders h
    where
        h.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or h.holder_id = cast(:holder_id as uuid))
),
leaves as (
    select
        p.holder_id, p.point_kind, p.seq, p.leaf_hash,
        sha256('\x00' || convert_to(concat(
            '{"about_on":', coalesce('"' || to_char(p.about_on, 'YYYY-MM-DD') || '"', 'null'),
            ',"amount":', p.amount,
            ',"balance_after":', p.balance_after,
            ',"case":', coalesce('"' || p.case_id || '"', 'null'),
            ',"contra":', to_json(p.contra),
            ',"decided_by":', coalesce('"' || p.decided_by || '"', 'null'),
            ',"effective_at":"', to_char(p.effective_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            '","event":', coalesce('"' || p.event_id || '"', 'null'),
            ',"hold":', coalesce('"' || p.hold_id || '"', 'null'),
            ',"kind":', to_json(p.point_kind),
            ',"lot_expires_at":', coalesce(to_char(p.lot_expires_at, '"\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\""'), 'null'),
            ',"nonce":"', encode(p.leaf_nonce, 'hex'),
            '","reason":', to_json(p.reason),
            ',"recorded_at":"', to_char(p.recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            '","seq":', p.seq,
            ',"subject":"', h.subject,
            '","title":', replace(replace(p.title::text, '{"en": ', '{"en":'), ', "zh": ', ',"zh":'),
            ',"transaction":"', p.transaction_id, '","v":', 1, '}'
        ), 'UTF8')) as fresh_hash
    from postings p
    left join handles h on (h.slice, h.holder_id) = (p.slice, p.holder_id)
    where
        p.slice between cast(:from_slice as smallint) and cast(:to_slice as smallint)
        and (cast(:holder_id as uuid) is null or p.holder_id = cast(:holder_id as uuid))
)
select
    'LEAF_HASH' as code, holder_id, point_kind, seq,
    encode(fresh_hash, 'hex') as expected, encode(leaf_hash, 'hex') as found
from leaves
where leaf_hash <> fresh_hash
