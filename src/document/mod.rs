//! What estimates and every other kind of document have in common. Pure: facts come in, decisions go out.

pub mod authority;
pub mod standing;
pub mod tree;
