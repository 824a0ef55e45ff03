-- Who lives in a town is asked when what its people have is scored: an index finds them. Nobody without a home is in it.
-- Locks holders against writes while the index is built.
create index holders_of_unit on holders (unit_id) where unit_id is not null;
