DO $$
DECLARE
    walled RECORD;
BEGIN
    FOR walled IN SELECT p.polname, p.polrelid::REGCLASS AS name FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
                   WHERE c.relnamespace = current_schema()::REGNAMESPACE
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', walled.polname, walled.name);
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', walled.name);
    END LOOP;
END
$$;
