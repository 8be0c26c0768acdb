//! Who calls: principals, tokens, bad credentials, and how a server starts.

mod certificates;
mod credentials;
mod first_start;
mod jwt;
mod jwt_url;
mod keys;
mod principals;
mod recovery;
mod start;
mod tls;
mod tokens;
