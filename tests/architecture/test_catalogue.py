"""The schema could be spread over many machines by slice, although today it runs on one (ledger, section 6).

Asked of the catalogue of a migrated database: what a distributed table may not have, none has.
"""

import asyncpg

from kernel.postgres import Server
from tests.architecture.tree import house_files, named_sql, tables

REFERENCE = frozenset(
    {"point_kinds", "programmes", "rule_packs", "offers", "merchants", "calendars", "activities", "shifts", "units"}
)
"""Small tables that would be copied to every machine."""

OWN_KEY = frozenset(
    {
        "resident_numbers",
        "household_numbers",
        "identity_index",
        "organisation_codes",
        "source_refs",
        "limits",
        "request_keys",
        "vouchers",
        "stocks",
    }
)
"""Tables unique over the whole city, each spread by a hash of its own key."""

COORDINATOR = frozenset(
    {
        *("actors", "role_grants", "tokens", "devices", "sign_in_codes", "failed_attempts", "check_in_tickets"),
        *("approvals", "approval_decisions", "audit", "drafts", "whatif_runs", "firings", "key_fingerprints"),
        *("import_files", "import_rows", "late_scans", "refused_scans", "periods", "reconciliations"),
        *("event_files", "event_file_batches", "event_file_refusals", "event_file_ends"),
        *("contra_days", "contra_days_summed"),
        *("draft_withdrawals", "draft_publications", "draft_comments", "comment_answers", "draft_endorsements"),
        *("sunset_alarms", "re_rates", "re_rate_pieces"),
    }
)
"""Tables of staff, sign-in, files and the ledger's daily sums: few rows, on one machine."""

_UNIQUE = """
select c.relname as table_name, i.indexrelid::regclass::text as index_name,
       array(select a.attname::text from unnest(i.indkey) with ordinality k (attnum, no)
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum order by k.no) as columns
from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and i.indisunique
"""
_FOREIGN = """
select o.conname as name, o.conrelid::regclass::text as table_name, o.confrelid::regclass::text as target,
       array(select a.attname::text from unnest(o.conkey) with ordinality k (attnum, no)
             join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.attnum order by k.no) as columns,
       array(select a.attname::text from unnest(o.confkey) with ordinality k (attnum, no)
             join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.attnum order by k.no) as target_columns
from pg_constraint o join pg_namespace n on n.oid = o.connamespace where n.nspname = 'public' and o.contype = 'f'
"""
_SLICED = """
select c.relname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and a.attname = 'slice' and not a.attisdropped
"""
_TRIGGERS = "select tgrelid::regclass::text || '.' || tgname from pg_trigger where not tgisinternal"
_EXCLUSIONS = "select conrelid::regclass::text || '.' || conname from pg_constraint where contype = 'x'"
_SEQUENCES = """
select a.attrelid::regclass::text || '.' || a.attname from pg_attribute a
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like '%nextval(%')
"""


async def _ask(server: Server, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(server.owner_url)
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


async def _sliced(server: Server) -> set[str]:
    return {row[0] for row in await _ask(server, _SLICED)}


async def test_keys_of_sliced_tables_begin_with_slice(fresh: Server) -> None:
    sliced = await _sliced(fresh)
    keys = [row for row in await _ask(fresh, _UNIQUE) if row["table_name"] in sliced]
    assert keys
    assert not [row["index_name"] for row in keys if row["columns"][0] != "slice"]


async def test_foreign_keys_stay_within_one_slicing_or_point_to_reference_tables(fresh: Server) -> None:
    sliced = await _sliced(fresh)
    keys = await _ask(fresh, _FOREIGN)
    assert keys
    assert not [f"{row['name']} of {row['table_name']}" for row in keys if not _allowed(row, sliced)]


def _allowed(key: asyncpg.Record, sliced: set[str]) -> bool:
    table, target = key["table_name"], key["target"]
    if target in REFERENCE:
        return True
    if table in sliced or target in sliced:
        pairs = zip(key["columns"], key["target_columns"], strict=True)
        return table in sliced and target in sliced and ("slice", "slice") in pairs
    return table == target or not {table, target} & OWN_KEY


async def test_sliced_tables_have_no_trigger_sequence_or_exclusion(fresh: Server) -> None:
    sliced = await _sliced(fresh)
    found = [row[0] for query in (_TRIGGERS, _EXCLUSIONS, _SEQUENCES) for row in await _ask(fresh, query)]
    assert not [name for name in found if name.partition(".")[0] in sliced]


async def test_the_database_holds_the_tables_the_migrations_name(fresh: Server) -> None:
    rows = await _ask(fresh, "select tablename::text from pg_tables where schemaname = 'public'")
    ours = {row[0] for row in rows if not row[0].startswith(("pgqueuer", "alembic"))}
    assert ours == tables()


async def test_every_table_has_its_place_should_the_rows_be_spread(fresh: Server) -> None:
    """A new table is sliced, or copied, or spread by its own key, or stays on one machine: somebody decided which."""
    sliced = await _sliced(fresh)
    places = [sliced, REFERENCE, OWN_KEY, COORDINATOR]
    assert not [name for name in tables() if sum(name in place for place in places) != 1]


async def test_every_sliced_table_knows_its_slice_from_its_rows(fresh: Server) -> None:
    """A slice is a smallint that is never missing; no statement of ours gives a row another one."""
    query = """
        select a.attrelid::regclass::text from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and a.attname = 'slice'
            and (not a.attnotnull or a.atttypid <> 'smallint'::regtype)
    """
    assert [row[0] for row in await _ask(fresh, query)] == []
    assert [source.path for source in (*named_sql(), *house_files()) if "set slice" in source.text] == []
