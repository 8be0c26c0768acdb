//! The methods of `CheckService`.

use super::actions;
use super::consistency;
use crate::document::authority::Action;
use crate::document::authority::Rule::Whole;
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        read("/kehoach.v1.CheckService/ListRules", Whole(Action::ReadMember), actions::list_rules),
        read("/kehoach.v1.CheckService/GetRule", Whole(Action::ReadMember), actions::get_rule),
        write("/kehoach.v1.CheckService/SetRule", Whole(Action::ManageRules), actions::set_rule),
        read("/kehoach.v1.CheckService/ListRuleSets", Whole(Action::ReadMember), actions::list_rule_sets),
        write("/kehoach.v1.CheckService/EnableRuleSet", Whole(Action::ManageRules), actions::enable_rule_set),
        read("/kehoach.v1.CheckService/CheckConsistency", Whole(Action::ReadMember), consistency::check_consistency),
    ]
}
