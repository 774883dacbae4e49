//! `codegen.toml`: what is wrong in it is shown where it stands.

use crate::place::Place;

#[track_caller]
fn assert_refused(settings: &str, texts: &[&str]) {
    let place = Place::workspace();
    place.write("openapi/pets/codegen.toml", settings);
    place.run(&["codegen"]).assert(1, texts);
    assert!(!place.join("generated").exists());
}

#[test]
fn an_unknown_key_is_shown_with_those_that_there_are() {
    assert_refused(
        "crate-name = \"pets-client\"\ncrate_version = \"1\"\n",
        &[
            "G304",
            "unknown field `crate_version`, expected one of `crate-name`",
            "openapi/pets/codegen.toml:2:1",
        ],
    );
}

#[test]
fn what_is_not_toml_is_shown_where_it_breaks() {
    assert_refused(
        "crate-name = \"pets-client\"\nversion = \n",
        &["G304", "openapi/pets/codegen.toml:2:11"],
    );
}

#[test]
fn a_missing_name_is_named() {
    assert_refused(
        "version = \"1.0.0\"\n",
        &[
            "G304",
            "missing field `crate-name`",
            "openapi/pets/codegen.toml:1:1",
        ],
    );
}

#[test]
fn a_version_that_cargo_would_refuse_is_refused() {
    assert_refused(
        "crate-name = \"pets-client\"\nversion = \"1\"\n",
        &[
            "G304",
            "`1` is not a version",
            "openapi/pets/codegen.toml:2:11",
        ],
    );
}

#[test]
fn a_first_call_that_the_client_does_not_have_is_refused() {
    assert_refused(
        "crate-name = \"pets-client\"\nfirst-call = \"list_pet\"\n",
        &[
            "G304",
            "the client has no method `list_pet`",
            "did you mean `list_pets`?",
            "openapi/pets/codegen.toml:2:14",
        ],
    );
}

#[test]
fn a_name_that_cargo_would_refuse_is_refused_where_it_stands() {
    assert_refused(
        "crate-name = \"1pets\"\n",
        &[
            "G304",
            "`1pets` cannot be the name of a package",
            "it must start with a letter",
            "openapi/pets/codegen.toml:1:14",
        ],
    );
}

#[test]
fn a_prefix_that_no_variable_can_have_is_refused_where_it_stands() {
    for prefix in ["PETS\\n```", "1PETS", ""] {
        assert_refused(
            &format!("crate-name = \"pets-client\"\nenv-prefix = \"{prefix}\"\n"),
            &[
                "G304",
                "cannot be the prefix of an environment variable",
                "openapi/pets/codegen.toml:2:14",
            ],
        );
    }
}

#[test]
fn the_list_of_lowering_rules_must_be_exact() {
    let settings = "crate-name = \"pets-client\"\nlowering = [\n  \"fold_error_statuses\",\n  \"fold_error_statusses\",\n  \"protect_secrets\",\n]\n";
    assert_refused(
        settings,
        &[
            "G303",
            "did you mean `fold_error_statuses`?",
            "openapi/pets/codegen.toml:4:3",
            "G301",
            "`protect_secrets`, which codegen.toml lists, applied nowhere",
            "openapi/pets/codegen.toml:5:3",
            "G302",
            "`fold_success_statuses` applied in 3 places",
            "codegen.toml does not list",
            "openapi/pets/codegen.toml:2:12",
        ],
    );
}

#[test]
fn without_settings_there_is_advice() {
    let place = Place::workspace();
    std::fs::remove_file(place.join("openapi/pets/codegen.toml")).unwrap();
    place.run(&["codegen"]).assert(
        2,
        &[
            "codegen.toml: No such file",
            "it says how the crate is made",
        ],
    );
    place
        .run(&["lint"])
        .assert(2, &["codegen.toml: No such file"]);
}

#[test]
fn two_apis_cannot_share_a_crate() {
    let place = Place::workspace();
    place.api("cats");
    place.write(
        "openapi/pets/codegen.toml",
        "crate-name = \"cats-client\"\n",
    );
    place.run(&["codegen"]).assert(
        2,
        &["the APIs `cats` and `pets` have the same `crate-name`"],
    );
    assert!(
        place.join("generated/cats-client").exists(),
        "the first one is made"
    );
}
