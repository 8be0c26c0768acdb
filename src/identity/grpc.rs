//! The methods of `IdentityService`.

use super::actions;
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.IdentityService/CreatePrincipal", actions::create_principal),
        read("/kehoach.v1.IdentityService/GetPrincipal", actions::get_principal),
        read("/kehoach.v1.IdentityService/ListPrincipals", actions::list_principals),
        write("/kehoach.v1.IdentityService/UpdatePrincipal", actions::update_principal),
        write("/kehoach.v1.IdentityService/SuspendPrincipal", actions::suspend_principal),
        write("/kehoach.v1.IdentityService/ResumePrincipal", actions::resume_principal),
        write("/kehoach.v1.IdentityService/MapCertificate", actions::map_certificate),
        write("/kehoach.v1.IdentityService/UnmapCertificate", actions::unmap_certificate),
        write("/kehoach.v1.IdentityService/MapSubject", actions::map_subject),
        write("/kehoach.v1.IdentityService/UnmapSubject", actions::unmap_subject),
        write("/kehoach.v1.IdentityService/CreateToken", actions::create_token),
        read("/kehoach.v1.IdentityService/ListTokens", actions::list_tokens),
        write("/kehoach.v1.IdentityService/RotateToken", actions::rotate_token),
        write("/kehoach.v1.IdentityService/RevokeToken", actions::revoke_token),
    ]
}
