//! The matrix of what may be asked for at the start: served, refused as unsafe or contradictory (78), or not understood (64).

use clap::Parser;
use kehoach::config::Config;

use crate::harness::{Folder, Program};

/// What becomes of a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Serves,
    /// `EX_CONFIG`.
    Unsafe,
    /// `EX_USAGE`.
    Unknown,
}

use Start::{Serves, Unknown, Unsafe};

const TLS: &str = "--tls-certificate c --tls-key k";
const JWT: &str = "--jwt-keys keys.json --jwt-issuer i --jwt-audience a";

/// Arguments and outcome. `TLS` and `JWT` stand for the sets above.
const MATRIX: &[(&str, Start)] = &[
    ("", Serves),
    ("--listen 127.0.0.1:0", Serves),
    ("--listen 127.9.9.9:50051", Serves),
    ("--listen [::1]:50051", Serves),
    ("--listen 0.0.0.0:50051", Unsafe),
    ("--listen [::]:50051", Unsafe),
    ("--listen 192.168.1.1:50051", Unsafe),
    ("--listen 10.0.0.1:1", Unsafe),
    ("--listen [fe80::1]:1", Unsafe),
    ("--listen [::ffff:127.0.0.1]:1", Unsafe),
    ("--listen localhost:50051", Unknown),
    ("--listen 50051", Unknown),
    ("--listen 127.0.0.1", Unknown),
    ("--dev", Serves),
    ("--dev --listen [::1]:1", Serves),
    ("--dev --listen 0.0.0.0:50051", Unsafe),
    ("--dev --listen [::]:50051", Unsafe),
    ("--dev --listen 0.0.0.0:50051 TLS", Unsafe),
    ("--dev TLS", Unsafe),
    ("--dev JWT", Unsafe),
    ("--dev --client-ca ca", Unsafe),
    ("--dev --tls-1-2", Unsafe),
    ("--dev --first-token t", Unsafe),
    ("--dev --open-reflection", Serves),
    ("--dev=yes", Unknown),
    ("TLS", Serves),
    ("TLS --listen 0.0.0.0:443", Serves),
    ("TLS --listen [::]:443", Serves),
    ("TLS --listen 0.0.0.0:443 --client-ca ca", Serves),
    ("TLS --listen 0.0.0.0:443 --tls-1-2", Serves),
    ("TLS --listen 0.0.0.0:443 JWT", Serves),
    ("TLS --listen 0.0.0.0:443 --open-reflection", Serves),
    ("TLS --first-token t", Serves),
    ("--tls-certificate c", Unsafe),
    ("--tls-key k", Unsafe),
    ("--tls-certificate c --listen 0.0.0.0:443", Unsafe),
    ("--tls-1-2", Unsafe),
    ("--client-ca ca", Unsafe),
    ("--client-ca ca --listen 0.0.0.0:443", Unsafe),
    ("JWT", Serves),
    ("JWT --listen 0.0.0.0:443", Unsafe),
    ("--jwt-keys keys.json", Unsafe),
    ("--jwt-keys keys.json --jwt-issuer i", Unsafe),
    ("--jwt-keys keys.json --jwt-audience a", Unsafe),
    ("--jwt-issuer i --jwt-audience a", Unsafe),
    ("--jwt-issuer i", Unsafe),
    ("--jwt-keys keys.json --jwt-issuer= --jwt-audience a", Unsafe),
    ("--jwt-keys keys.json --jwt-issuer i --jwt-audience=", Unsafe),
    ("--jwt-keys= --jwt-issuer i --jwt-audience a", Unsafe),
    ("--jwt-keys http://id/keys --jwt-issuer i --jwt-audience a --jwt-keys-ca ca", Unsafe),
    ("--jwt-keys https://id/keys --jwt-issuer i --jwt-audience a --jwt-keys-ca ca", Serves),
    ("--jwt-keys https://u:p@id/keys --jwt-issuer i --jwt-audience a --jwt-keys-ca ca", Unsafe),
    ("--jwt-keys file:///keys --jwt-issuer i --jwt-audience a", Unsafe),
    ("--jwt-keys https:// --jwt-issuer i --jwt-audience a --jwt-keys-ca ca", Unsafe),
    ("JWT --jwt-keys-ca ca", Unsafe),
    ("--jwt-keys-ca ca", Unsafe),
    ("--metrics 127.0.0.1:9090", Serves),
    ("--metrics 0.0.0.0:9090", Unknown),
    ("TLS --metrics 0.0.0.0:9090", Unknown),
    ("--readers 0", Unknown),
    ("--database mysql://h/d", Unknown),
    ("--no-auth", Unknown),
    ("--insecure", Unknown),
    ("--token khk_x", Unknown),
    ("open", Unknown),
];

fn arguments(line: &str) -> Vec<String> {
    line.replace("TLS", TLS).replace("JWT", JWT).split_whitespace().map(str::to_owned).collect()
}

fn outcome(line: &str) -> (Start, String) {
    match Config::try_parse_from(["kehoach".to_owned()].into_iter().chain(arguments(line))) {
        Err(error) => (Unknown, error.to_string()),
        Ok(config) => match config.serve.check() {
            Err(sentence) => (Unsafe, sentence),
            Ok(()) => (Serves, String::new()),
        },
    }
}

#[test]
fn what_is_not_safe_does_not_start() {
    const { assert!(MATRIX.len() >= 60) };
    for (line, expected) in MATRIX {
        let (found, sentence) = outcome(line);
        assert_eq!(found, *expected, "{line}: {sentence}");
        if found == Unsafe {
            assert!(sentence.len() > 20 && !sentence.contains('\n'), "{line}: {sentence}");
        }
    }
}

#[test]
fn the_binary_says_it_in_one_sentence_and_with_its_code() {
    let folder = Folder::new();
    let tried =
        ["--listen 0.0.0.0:0", "--dev --listen [::]:0", "--tls-key k", "--listen localhost:1", "--dev --tls-1-2"];
    for line in tried {
        let arguments = arguments(line);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (status, log) = Program::start(&folder, &arguments, &[]).ended();
        let code = if outcome(line).0 == Unknown { 64 } else { 78 };
        assert_eq!(status.code(), Some(code), "{line}: {log}");
        if code == 78 {
            assert_eq!(log.lines().count(), 1, "{log}");
            assert!(log.starts_with("kehoach: "), "{log}");
        }
    }
    // Nothing was made before it was refused.
    assert_eq!(std::fs::read_dir(&**folder).unwrap().count(), 0);
    let (status, log) =
        Program::start(&folder, &["--listen", "127.0.0.1:0", "--tls-certificate", "c", "--tls-key", "k"], &[]).ended();
    assert_eq!(status.code(), Some(78), "{log}");
    assert!(log.contains("cannot read certificates from c"), "{log}");
    assert_eq!(std::fs::read_dir(&**folder).unwrap().count(), 0);
}

#[test]
fn a_mistyped_variable_is_an_error_too() {
    let folder = Folder::new();
    for variables in [&[("KEHOACH_DEVV", "true")], &[("KEHOACH_TLS", "c")], &[("KEHOACH_TOKEN", "khk_canary")]] {
        let (status, log) = Program::start(&folder, &["--listen", "127.0.0.1:0"], variables).ended();
        assert_eq!(status.code(), Some(64), "{log}");
        assert!(log.contains(variables[0].0) && !log.contains("canary"), "{log}");
    }
    let (status, log) =
        Program::start(&folder, &[], &[("KEHOACH_DEV", "true"), ("KEHOACH_LISTEN", "0.0.0.0:0")]).ended();
    assert_eq!(status.code(), Some(78), "{log}");
}
