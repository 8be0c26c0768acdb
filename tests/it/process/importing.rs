//! `kehoach import` as a person uses it: what it prints, and how it ends.

use std::path::Path;
use std::process::Command;

use kehoach::pb::classification_service_client::ClassificationServiceClient;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;

use crate::harness::{Program, jurisdiction_name, new_folder, new_jurisdiction};

const MAPPING: &str = r#"{
  "parent": "jurisdictions/dt",
  "spread": {"fiscal_year": 2023, "kind": "ESTIMATE_KIND_ANNUAL"},
  "columns": [
    {"column": "unit", "field": "unit.id"},
    {"column": "code", "field": "functional_code"},
    {"column": "amount", "field": "amounts.requested", "multiplier": "1000000"}
  ],
  "constants": [{"field": "side", "value": "EXPENDITURE"}, {"field": "nature", "value": "RECURRENT"}],
  "create_missing": {
    "units": {"kind": "UNIT_KIND_DEPARTMENT", "government_level": "GOVERNMENT_LEVEL_PROVINCE"},
    "codes": ["DIMENSION_FUNCTIONAL"], "estimates": true
  }
}"#;

/// Runs it in a folder: its exit code, what it says and what it complains of.
fn import(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_kehoach"))
        .arg("import")
        .args(arguments)
        .env_clear()
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_imports_a_file_and_is_told_what_came_of_it() {
    let folder = new_folder();
    let mut program = Program::start(&folder, &["--dev", "--listen", "127.0.0.1:0"], &[]);
    let server = format!("http://{}", program.address());
    let channel = tonic::transport::Endpoint::from_shared(server.clone()).unwrap().connect().await.unwrap();
    OrganisationServiceClient::new(channel.clone()).create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
    let scheme = kehoach::pb::CreateSchemeRequest {
        parent: jurisdiction_name("dt"),
        scheme_id: "own".to_owned(),
        scheme: Some(kehoach::pb::Scheme {
            display_name: "Mục lục".to_owned(),
            first_fiscal_year: 2018,
            ..Default::default()
        }),
        ..Default::default()
    };
    ClassificationServiceClient::new(channel).create_scheme(scheme).await.unwrap();
    std::fs::write(folder.join("mapping.json"), MAPPING).unwrap();
    std::fs::write(folder.join("good.csv"), "unit,code,amount\nkhcn,101,2.5\nyte,132,7\n").unwrap();
    std::fs::write(folder.join("bad.csv"), "unit,code,amount\nkhcn,101,x\nkhcn,1 1,1\n").unwrap();
    let good = ["good.csv", "--mapping", "mapping.json", "--server", &server, "--set", "spread.fiscal_year=2024"];
    let with = |more: &[&'static str]| import(&folder, &[&good[..], more].concat());

    let tried = "2 rows read, 0 skipped, 2 lines would be created; nothing was written\n\
                 created on the way: 2 units, 2 codes, 2 estimates\nEXPENDITURE: requested 9500000, in minor units\n";
    assert_eq!(with(&["--validate-only"]), (Some(0), tried.to_owned(), String::new()));
    let id = ["--request-id", "01890a5d-ac96-774b-bcce-b302099a8057"];
    let done = tried.replace("would be created; nothing was written", "created in revision 2");
    assert_eq!(with(&id), (Some(0), done.clone(), String::new()));
    let again = done.replace("created in revision 2", "were created by an earlier request with this id, in revision 2");
    assert_eq!(with(&id), (Some(0), again, String::new()));

    let (code, _, told) = with(&[]);
    assert_eq!(code, Some(1));
    assert!(told.contains("ESTIMATE_KEY_TAKEN"), "{told}");
    let bad = ["bad.csv", "--mapping", "mapping.json", "--server", &server];
    let told = "kehoach: nothing was imported: 2 fields are invalid (InvalidArgument IMPORT_ROWS_INVALID)\n  \
                rows[2].columns[\"amount\"]: \"x\" is not a number\n  rows[3].columns[\"code\"]: \"1 1\" cannot be a code\n";
    assert_eq!(import(&folder, &bad), (Some(1), String::new(), told.to_owned()));

    for (arguments, text) in [
        (vec!["none.csv", "--mapping", "mapping.json"], "none.csv"),
        (vec!["good.csv", "--mapping", "none.json"], "none.json"),
        (vec!["good.csv", "--mapping", "good.csv"], "good.csv"),
        (vec!["good.csv", "--mapping", "mapping.json", "--set", "spread.fiscal_yeer=1"], "fiscal_yeer"),
        (vec!["good.csv", "--mapping", "mapping.json", "--token-file", "none"], "none"),
        (vec!["good.csv"], "--mapping"),
    ] {
        let (code, _, told) = import(&folder, &arguments);
        assert_eq!(code, Some(64), "{told}");
        assert!(told.contains(text), "{told}");
    }
    let (code, _, told) = import(&folder, &["good.csv", "--mapping", "mapping.json", "--server", "http://127.0.0.1:1"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("does not answer"), "{told}");
    let (status, log) = program.stop();
    assert!(status.success(), "{log}");
    drop(std::fs::remove_dir_all(folder));
}
