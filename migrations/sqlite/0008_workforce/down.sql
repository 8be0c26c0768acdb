DROP TABLE staff_groups;
DROP TABLE workforce_plan_versions;
DROP TABLE workforce_plans;
DROP TABLE pay_parameters;
