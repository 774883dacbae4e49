//! Snapshots that a person reviews.

/// Compares a text with `tests/snapshots/<guard>/<name>.snap`.
///
/// # Panics
///
/// Where they differ, with the difference and the command that accepts it.
pub fn assert(guard: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../snapshots/{guard}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(
        "If this change is meant: `INSTA_UPDATE=always cargo test -p guards`, then review and commit it",
    );
    settings.bind(|| insta::assert_snapshot!(name, text));
}
