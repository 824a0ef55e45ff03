-- Gives an actor all its roles at once.
-- binds: actor_id uuid, granted_by uuid, now timestamptz, grants jsonb: an array of {grant_id, role, organisation_id, ...}
-- gives: nothing
-- locks: nothing but the new rows.
insert into role_grants (grant_id, actor_id, role, organisation_id, merchant_id, unit_id, granted_at, granted_by)
select g.grant_id, :actor_id, g.role, g.organisation_id, g.merchant_id, g.unit_id, :now, cast(:granted_by as uuid)
from jsonb_to_recordset(cast(:grants as jsonb))
    as g (grant_id uuid, role text, organisation_id uuid, merchant_id uuid, unit_id uuid)
