-- Walls between the jurisdictions: a second one, behind the condition that every statement of the service carries.
--
-- The service says by the setting `kehoach.jurisdiction` in which jurisdiction its connection works. A row of another one is not
-- there for it, neither to read nor to write, whatever a statement forgets; and without the setting there is no row at all.
-- FORCE: the owner of the tables stands before the same wall, so a service that owns them has it too. Superusers and roles with
-- BYPASSRLS do not; the service warns when it is run as one. References between tables are checked past the wall, as always.
--
-- Every table with a column `jurisdiction` that an earlier step made; a later step walls its own tables, and a test fails where one
-- does not. A step that moves rows lifts FORCE from its tables for the time of the step: the owner may.
DO $$
DECLARE
    walled REGCLASS;
BEGIN
    FOR walled IN
        SELECT c.oid::REGCLASS
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'jurisdiction' AND NOT a.attisdropped
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::REGNAMESPACE
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
        EXECUTE format('CREATE POLICY wall ON %s USING (jurisdiction = current_setting(''kehoach.jurisdiction'', true))', walled);
    END LOOP;
END
$$;

-- What is read from every jurisdiction: which ones there are with their calendars and currencies, and who is somebody. Only read, and
-- only of `system`. Names of persons, credentials and what is mapped to them are not among it.
CREATE POLICY directory ON jurisdictions FOR SELECT USING (jurisdiction = 'system');
CREATE POLICY directory ON jurisdiction_versions FOR SELECT USING (jurisdiction = 'system');
CREATE POLICY directory ON principals FOR SELECT USING (jurisdiction = 'system');
CREATE POLICY directory ON principal_versions FOR SELECT USING (jurisdiction = 'system');

-- The head of `system` is asked for with every call, because it says whether a credential is still good. The heads of all are listed
-- by who checks the whole database, which says so by a setting that is the name of no jurisdiction.
CREATE POLICY directory ON heads FOR SELECT USING (jurisdiction = 'system' OR current_setting('kehoach.jurisdiction', true) = '*');
