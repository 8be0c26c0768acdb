//! A province with people: two ADMINs, units in every relation to one department, and its estimate.

use std::ops::Deref;

use kehoach::pb;
use kehoach::pb::Role;

use crate::budget::{create, line};
use crate::harness::{Locked, department, jurisdiction_name, new_jurisdiction, new_unit, principal_name, unit_name};
use crate::plan::{new_plan, usual_items};
use crate::project::new_project;

/// The server with the ground laid: jurisdiction `dt`, ADMINs `an` and `binh`, the estimate `e` of `khcn`.
pub struct Ground {
    pub s: Locked,
    pub an: String,
    pub binh: String,
}

impl Deref for Ground {
    type Target = Locked;

    fn deref(&self) -> &Locked {
        &self.s
    }
}

/// Asks for a grant in `dt`; an empty unit is the whole jurisdiction.
pub fn grant(principal: &str, role: Role, unit: &str) -> pb::CreateGrantRequest {
    grant_in("dt", principal, role, unit)
}

pub fn grant_in(jurisdiction: &str, principal: &str, role: Role, unit: &str) -> pb::CreateGrantRequest {
    let unit = if unit.is_empty() { String::new() } else { unit_name(jurisdiction, unit) };
    let grant = pb::Grant { principal: principal_name(principal), role: role.into(), unit, ..Default::default() };
    pb::CreateGrantRequest { parent: jurisdiction_name(jurisdiction), grant: Some(grant), ..Default::default() }
}

pub fn confirm(grant: &pb::Grant) -> pb::ConfirmGrantRequest {
    pb::ConfirmGrantRequest { name: grant.name.clone(), etag: grant.etag.clone(), ..Default::default() }
}

pub fn revoke(grant: &pb::Grant) -> pb::RevokeGrantRequest {
    pb::RevokeGrantRequest { name: grant.name.clone(), etag: grant.etag.clone(), ..Default::default() }
}

/// Parent, unit, level of each unit of `dt`, parents first; `stc` holds FINANCE and `hdnd` COUNCIL.
pub const UNITS: &[(&str, &str)] =
    &[("tinh", ""), ("hdnd", "tinh"), ("stc", "tinh"), ("khcn", "tinh"), ("yt", "tinh"), ("tt", "khcn")];

fn described(unit: &str, parent: &str) -> pb::CreateUnitRequest {
    let level = if ["stc", "khcn", "yt"].contains(&unit) { pb::UnitLevel::LevelI } else { pb::UnitLevel::None };
    let held = match unit {
        "stc" => vec![pb::Function::Finance],
        "hdnd" => vec![pb::Function::Council],
        _ => Vec::new(),
    };
    let holding = |function: pb::Function| pb::UnitFunction {
        function: function.into(),
        starts_on: "2020-01-01".to_owned(),
        ends_on: String::new(),
    };
    let parent_unit = if parent.is_empty() { String::new() } else { unit_name("dt", parent) };
    let functions = held.into_iter().map(holding).collect();
    let described = pb::Unit { parent_unit, unit_level: level.into(), functions, ..department(unit) };
    pb::CreateUnitRequest { unit: Some(described), ..new_unit("dt", unit) }
}

impl Ground {
    /// Only the jurisdiction and its two ADMINs.
    pub async fn bare(s: Locked) -> Self {
        s.h.organisation_as(&s.admin).create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
        let (_, an) = s.caller("an").await;
        let (_, binh) = s.caller("binh").await;
        s.h.access_as(&s.admin).create_grant(grant("an", Role::Admin, "")).await.unwrap();
        let second = s.h.access_as(&an).create_grant(grant("binh", Role::Admin, "")).await.unwrap().into_inner();
        s.h.access_as(&s.admin).confirm_grant(confirm(&second)).await.unwrap();
        Self { s, an, binh }
    }

    /// With units, a scheme, and an estimate.
    pub async fn new(s: Locked) -> Self {
        let g = Self::bare(s).await;
        for (unit, parent) in UNITS {
            g.h.organisation_as(&g.an).create_unit(described(unit, parent)).await.unwrap();
        }
        let scheme = pb::Scheme {
            display_name: "Mục lục".to_owned(),
            first_fiscal_year: 2018,
            last_fiscal_year: 2030,
            ..Default::default()
        };
        let parent = jurisdiction_name("dt");
        let scheme =
            pb::CreateSchemeRequest { parent, scheme_id: "own".to_owned(), scheme: Some(scheme), ..Default::default() };
        g.h.classification_as(&g.an).create_scheme(scheme).await.unwrap();
        let code = pb::Code {
            dimension: pb::Dimension::Functional.into(),
            code: "101".to_owned(),
            display_name: "Khoản".to_owned(),
            postable: true,
            provenance: pb::Provenance::Own.into(),
            ..Default::default()
        };
        let create_code = pb::CodeOperation { operation: Some(pb::code_operation::Operation::Create(code)) };
        let parent = "jurisdictions/dt/schemes/own".to_owned();
        let codes = pb::BatchWriteCodesRequest { parent, operations: vec![create_code], ..Default::default() };
        g.h.classification_as(&g.an).batch_write_codes(codes).await.unwrap();
        let drafter = g.holder("drafter-of-all", Role::Drafter, "").await;
        g.h.budget_as(&drafter).create_estimate(create("e", 2026, vec![line("101", 100)])).await.unwrap();
        g.h.plans_as(&drafter).create_plan(new_plan("p", usual_items())).await.unwrap();
        g.h.projects_as(&drafter).create_project(new_project("p")).await.unwrap();
        g
    }

    /// A principal with one role, and its token.
    pub async fn holder(&self, id: &str, role: Role, unit: &str) -> String {
        let (_, secret) = self.caller(id).await;
        self.give(id, role, unit).await;
        secret
    }

    /// A role in force.
    pub async fn give(&self, id: &str, role: Role, unit: &str) -> pb::Grant {
        let made = self.h.access_as(&self.an).create_grant(grant(id, role, unit)).await.unwrap().into_inner();
        if made.state() == pb::GrantState::InForce {
            return made;
        }
        self.h.access_as(&self.binh).confirm_grant(confirm(&made)).await.unwrap().into_inner()
    }
}
