//! Mutations: every guard notices what it is there for, and says what mends it.

use configuration_client::operations::OPERATIONS;
use guards::{document, documented_by_example, drift, mutation::Copy, operation_table, workspace};

use crate::drift::EXPECTED;

const CODEGEN: &str = "run `cargo xtask codegen --api configuration` and commit what it writes";
const TABLE: &str = "run `cargo xtask codegen` and commit what it writes";
const CLIENTS: &str = "openapi/configuration/paths/api-clients.yaml";
const SCHEMAS: &str = "openapi/configuration/schemas/api-clients.yaml";
const TYPES: &str = "generated/configuration-client/src/types.rs";
const RUNTIME: &str = "crates/openapi-client-runtime/src";

fn copy() -> Copy {
    Copy::of(&workspace::root())
}

/// The drift guard fails over documents that were changed, with all these parts in what it says.
fn drifts(copy: &Copy, parts: &[&str]) {
    assert_complaint(drift::check(copy.root()), parts);
}

/// The drift guard fails over generated code that was changed.
fn strays(copy: &Copy, parts: &[&str]) {
    assert_complaint(drift::compare(copy.root(), &EXPECTED), parts);
}

/// The table in Rust contradicts the document of the copy.
fn table_differs(copy: &Copy, parts: &[&str]) {
    let document = document::bundled(copy.root(), "configuration").unwrap();
    assert_complaint(operation_table::compare(&document, OPERATIONS), parts);
}

fn assert_complaint(result: Result<(), String>, parts: &[&str]) {
    let complaint = result.expect_err("the guard notices nothing");
    for part in parts {
        assert!(
            complaint.contains(part),
            "{part:?} is missing in:\n{complaint}"
        );
    }
}

#[test]
fn nothing_changed() {
    let copy = copy();
    drift::check(copy.root()).unwrap();
    let document = document::bundled(copy.root(), "configuration").unwrap();
    operation_table::compare(&document, OPERATIONS).unwrap();
    documented_by_example::check(copy.root()).unwrap();
}

#[test]
fn an_operation_is_dropped() {
    let copy = copy();
    let path = "  /config/{app_id}/clients/{client_id}/secret:\n    $ref: paths/api-clients.yaml#/client-secret\n";
    copy.edit("openapi/configuration/openapi.yaml", path, "");
    table_differs(
        &copy,
        &["`reset_client_secret` is not in the document", TABLE],
    );
    drifts(&copy, &["-    &RESET_CLIENT_SECRET,", CODEGEN]);
}

#[test]
fn a_path_changes() {
    let copy = copy();
    copy.edit(
        "openapi/configuration/openapi.yaml",
        "  /config/{app_id}/settings/options:",
        "  /config/{app_id}/settings/choices:",
    );
    table_differs(
        &copy,
        &[
            "`list_available_settings` (GET /config/{app_id}/settings/choices) should have 1 method(s), and has 0",
            TABLE,
        ],
    );
}

#[test]
fn a_security_requirement_changes() {
    let copy = copy();
    copy.edit(
        CLIENTS,
        "    operationId: list_clients\n",
        "    operationId: list_clients\n    security: []\n",
    );
    table_differs(
        &copy,
        &[
            "`list_clients`: security: the document says `open`, the table `basicAuth`",
            TABLE,
        ],
    );
}

#[test]
fn what_an_operation_needs_changes() {
    let copy = copy();
    copy.edit(
        CLIENTS,
        "    summary: List your API clients\n",
        "    summary: List API clients\n    deprecated: true\n",
    );
    table_differs(
        &copy,
        &[
            "`list_clients`: summary: the document says `List API clients`",
            "`list_clients`: deprecated: the document says `true`, the table `false`",
        ],
    );
}

#[test]
fn a_member_is_renamed() {
    let copy = copy();
    copy.edit(SCHEMAS, "    - hoursToLive\n", "    - hoursLeft\n");
    copy.edit(SCHEMAS, "    hoursToLive:", "    hoursLeft:");
    copy.edit(CLIENTS, "hoursToLive: 24", "hoursLeft: 24");
    drifts(&copy, &["src/types.rs", "hoursLeft", CODEGEN]);
}

#[test]
fn a_member_need_not_be_sent_any_more() {
    let copy = copy();
    copy.edit(SCHEMAS, "  required:\n    - hoursToLive\n", "");
    drifts(&copy, &["-    pub hours_to_live: i32,", CODEGEN]);
}

#[test]
fn a_query_parameter_is_sent_otherwise() {
    let copy = copy();
    copy.edit(
        CLIENTS,
        "        explode: true\n",
        "        explode: false\n",
    );
    let settings = "openapi/configuration/codegen.toml";
    let complaint = drift::check(copy.root()).unwrap_err();
    assert!(complaint.contains("style_query_parameters"), "{complaint}");
    copy.edit(
        settings,
        "lowering = [\n",
        "lowering = [\n  \"style_query_parameters\",\n",
    );
    drifts(&copy, &["src/builder.rs", "has_feature", CODEGEN]);
}

#[test]
fn generated_code_is_edited_by_hand() {
    let copy = copy();
    let item = "pub struct ApiClient {\n    /// What the client may do.";
    copy.edit(TYPES, item, &item.replace('{', "{ pub mine: u8,"));
    strays(
        &copy,
        &[
            "-pub struct ApiClient { pub mine: u8,",
            "+pub struct ApiClient {",
            "generated/configuration-client is not what openapi/configuration gives (1 file(s) differ)",
            CODEGEN,
        ],
    );
}

#[test]
fn the_calls_of_the_tests_are_edited_by_hand() {
    let copy = copy();
    let call = "\"list_clients\" => Box::pin(list_clients(client)).await,";
    copy.edit("tests/src/calls/configuration/mod.rs", call, "");
    strays(
        &copy,
        &["tests/src/calls/configuration is not what", CODEGEN],
    );
}

#[test]
fn a_file_is_added_to_generated_code() {
    let copy = copy();
    copy.write(
        "generated/configuration-client/src/helpers.rs",
        "pub fn help() {}\n",
    );
    strays(&copy, &["a/src/helpers.rs", "-pub fn help() {}", CODEGEN]);
}

#[test]
fn a_generated_file_is_lost() {
    let copy = copy();
    copy.remove("generated/configuration-client/README.md");
    strays(&copy, &["b/README.md", CODEGEN]);
}

#[test]
fn the_crate_of_an_api_that_is_gone_stays() {
    let copy = copy();
    copy.write(
        "generated/pets-client/Cargo.toml",
        "[package.metadata.openapi-codegen]\n",
    );
    strays(
        &copy,
        &["generated/pets-client belongs to no API of openapi/: remove it"],
    );
}

#[test]
fn the_document_is_broken() {
    let copy = copy();
    copy.edit(
        CLIENTS,
        "    operationId: list_clients\n",
        "    operationID: list_clients\n",
    );
    drifts(
        &copy,
        &[
            "operationID",
            "api-clients.yaml:5",
            "run `cargo xtask lint --api configuration`",
        ],
    );
}

#[test]
fn an_example_of_the_runtime_is_not_compiled_any_more() {
    let copy = copy();
    let example = "/// ```\n/// use openapi_client_runtime::encode_path;";
    let text = example.replace("```", "```text");
    copy.edit(&format!("{RUNTIME}/wire/path.rs"), example, &text);
    assert_complaint(
        documented_by_example::check(copy.root()),
        &[
            "`encode_path` (module `wire.path`) has no example",
            "tests/src/documented_by_example.rs",
        ],
    );
}

#[test]
fn an_example_of_the_runtime_shows_less() {
    let copy = copy();
    let call = "///     .rate_limits(&[RateLimit::new(\"default\", 100, Duration::from_secs(60))\n\
                ///         .counted_per(\"source address\")])\n";
    let file = format!("{RUNTIME}/facts/api.rs");
    copy.edit(&file, call, "");
    copy.edit(
        &file,
        "ErrorMembers, RateLimit, RetryStatuses,",
        "ErrorMembers, RetryStatuses,",
    );
    assert_complaint(
        documented_by_example::check(copy.root()),
        &["`RateLimit` is listed, and no example of `Api` names it"],
    );
}

#[test]
fn the_runtime_gains_a_type_that_nothing_shows() {
    let copy = copy();
    let head = "/// A string that no formatter prints";
    let new = format!("/// New.\npub struct Opaque;\n\n{head}");
    copy.edit(&format!("{RUNTIME}/values/secret.rs"), head, &new);
    assert_complaint(
        documented_by_example::check(copy.root()),
        &["`Opaque` (module `values.secret`) has no example"],
    );
}
