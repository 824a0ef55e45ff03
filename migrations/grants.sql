-- What the application's role may do, said again after every migration; running it twice changes nothing.
-- binds: settings tongcheng.app_role, tongcheng.append_only (comma-separated), set in the same transaction
-- locks: each table for an instant (catalogue rows only)
do $$
declare
    app text := current_setting('tongcheng.app_role');
    append_only text[] := string_to_array(current_setting('tongcheng.append_only'), ',');
    found text;
begin
    execute format('grant usage on schema public to %I', app);
    for found in select tablename from pg_tables where schemaname = 'public' loop
        execute format('revoke all on table %I from public, %I', found, app);
        execute format('grant select on table %I to %I', found, app);
        if found <> 'alembic_version' then
            execute format('grant insert on table %I to %I', found, app);
        end if;
        if found <> 'alembic_version' and not found = any (append_only) then
            execute format('grant update, delete on table %I to %I', found, app);
        end if;
    end loop;
    execute format('grant usage, select on all sequences in schema public to %I', app);
end
$$
