//! The methods of `IdentityService`.

use super::actions;
use crate::document::authority::Action;
use crate::document::authority::Rule::Whole;
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write(
            "/kehoach.v1.IdentityService/CreatePrincipal",
            Whole(Action::ManagePrincipals),
            actions::create_principal,
        ),
        read("/kehoach.v1.IdentityService/GetPrincipal", Whole(Action::KeepCredentials), actions::get_principal),
        read("/kehoach.v1.IdentityService/ListPrincipals", Whole(Action::ManagePrincipals), actions::list_principals),
        write(
            "/kehoach.v1.IdentityService/UpdatePrincipal",
            Whole(Action::ManagePrincipals),
            actions::update_principal,
        ),
        write(
            "/kehoach.v1.IdentityService/SuspendPrincipal",
            Whole(Action::ManagePrincipals),
            actions::suspend_principal,
        ),
        write(
            "/kehoach.v1.IdentityService/ResumePrincipal",
            Whole(Action::ManagePrincipals),
            actions::resume_principal,
        ),
        write("/kehoach.v1.IdentityService/MapCertificate", Whole(Action::ManagePrincipals), actions::map_certificate),
        write(
            "/kehoach.v1.IdentityService/UnmapCertificate",
            Whole(Action::ManagePrincipals),
            actions::unmap_certificate,
        ),
        write("/kehoach.v1.IdentityService/MapSubject", Whole(Action::ManagePrincipals), actions::map_subject),
        write("/kehoach.v1.IdentityService/UnmapSubject", Whole(Action::ManagePrincipals), actions::unmap_subject),
        write("/kehoach.v1.IdentityService/CreateToken", Whole(Action::ManagePrincipals), actions::create_token),
        read("/kehoach.v1.IdentityService/ListTokens", Whole(Action::KeepCredentials), actions::list_tokens),
        write("/kehoach.v1.IdentityService/RotateToken", Whole(Action::KeepCredentials), actions::rotate_token),
        write("/kehoach.v1.IdentityService/RevokeToken", Whole(Action::KeepCredentials), actions::revoke_token),
    ]
}
