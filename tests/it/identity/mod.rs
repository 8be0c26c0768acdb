//! Who calls: principals, tokens, bad credentials, and how a server starts.

mod credentials;
mod first_start;
mod principals;
mod tokens;
