//! The methods of `AccessService`.

use super::actions;
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.AccessService/CreateGrant", Object(Action::ManageGrants), actions::create_grant),
        write("/kehoach.v1.AccessService/ConfirmGrant", Object(Action::ManageGrants), actions::confirm_grant),
        write("/kehoach.v1.AccessService/RevokeGrant", Object(Action::ManageGrants), actions::revoke_grant),
        read("/kehoach.v1.AccessService/GetGrant", Object(Action::ReadGrants), actions::get_grant),
        read("/kehoach.v1.AccessService/ListGrants", Whole(Action::ReadMember), actions::list_grants),
        write("/kehoach.v1.AccessService/CreateDelegation", Whole(Action::LendAuthority), actions::create_delegation),
        write(
            "/kehoach.v1.AccessService/RevokeDelegation",
            Object(Action::ManageDelegations),
            actions::revoke_delegation,
        ),
        read("/kehoach.v1.AccessService/ListDelegations", Whole(Action::ReadSelf), actions::list_delegations),
        read("/kehoach.v1.AccessService/WhoAmI", Whole(Action::ReadSelf), actions::who_am_i),
        read("/kehoach.v1.AccessService/TestAccess", Whole(Action::ReadSelf), actions::test_access),
        read("/kehoach.v1.AccessService/ListRefusals", Object(Action::ReadRefusals), actions::list_refusals),
    ]
}
