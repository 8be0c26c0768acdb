-- What is asked of plans and projects over the unit tree and over time: which indicators count above their unit, and the indexes by
-- which indicators are found by code, lines by the task that they pay for, and rows by when they began or ended.

-- NULL is added to those of other units; COVERS_BELOW has the units below in it; OPTED_OUT is not counted above the plan.
ALTER TABLE plan_item_versions ADD COLUMN roll_up TEXT CHECK (roll_up IS NULL OR (roll_up IN ('COVERS_BELOW', 'OPTED_OUT') AND kind = 'INDICATOR'));

CREATE INDEX plan_item_versions_code ON plan_item_versions (jurisdiction, code, plan, until) WHERE kind = 'INDICATOR';
CREATE INDEX plan_item_versions_since ON plan_item_versions (jurisdiction, plan, since);
CREATE INDEX actual_versions_since ON actual_versions (jurisdiction, plan, since);
CREATE INDEX progress_versions_since ON progress_versions (jurisdiction, plan, since);

CREATE INDEX project_versions_since ON project_versions (jurisdiction, since);
CREATE INDEX project_versions_ended ON project_versions (jurisdiction, until);
-- Projects that carry out tasks of plans; few do, and the others are left out.
CREATE INDEX project_texts_tasks ON project_texts (jurisdiction, until) WHERE plan_tasks <> '[]';

-- What lines of estimates pay for a task. Few lines name one, so the others are left out of the index.
CREATE INDEX line_versions_task ON line_versions (jurisdiction, plan_task, until) WHERE plan_task IS NOT NULL;
