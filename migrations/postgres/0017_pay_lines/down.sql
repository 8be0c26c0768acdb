-- Rows of the kind that this step added go with it.
DROP TABLE pay_lines;
DROP TABLE funding_rules;
ALTER TABLE pay_parameters NO FORCE ROW LEVEL SECURITY;
DELETE FROM pay_parameters WHERE kind = 'NON_AUTONOMOUS';
ALTER TABLE pay_parameters FORCE ROW LEVEL SECURITY;
ALTER TABLE pay_parameters
    DROP CONSTRAINT pay_parameters_autonomy_check,
    DROP CONSTRAINT pay_parameters_kind_check,
    ADD CONSTRAINT pay_parameters_kind_check CHECK (kind IN ('BASE_SALARY', 'SCALE', 'STEP', 'RANK', 'ALLOWANCE', 'COMPONENT', 'ENTRY', 'RETIREMENT_AGE'));
