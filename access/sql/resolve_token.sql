-- Who shows this token, and with which grants, if the token still stands.
-- binds: sha256 bytea, now timestamptz
-- gives: at most one row: actor_id, kind, holder_id, scopes jsonb, purpose, last_used_at, grants jsonb
-- locks: nothing.
select a.actor_id, a.kind, a.holder_id, t.scopes, t.purpose, t.last_used_at,
       coalesce((
           select jsonb_agg(jsonb_build_object(
               'role', g.role, 'organisation_id', g.organisation_id, 'merchant_id', g.merchant_id, 'unit_id', g.unit_id
           ) order by g.grant_id)
           from role_grants g
           where g.actor_id = a.actor_id and g.ended_at is null
       ), '[]') as grants
from tokens t
join actors a using (actor_id)
where t.token_sha256 = :sha256
  and t.revoked_at is null
  and t.expires_at > :now
  and (t.idle_seconds is null or t.last_used_at + make_interval(secs => t.idle_seconds) > :now)
  and a.ended_at is null
