//! Any header: nothing panics, and a name is one segment that is safe in every folder.

#![no_main]

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use openapi_client_runtime::fuzzing::file_name;

fuzz_target!(|header: &[u8]| {
    let Some(name) = file_name(header) else {
        return;
    };
    assert!((1..=200).contains(&name.len()), "{name:?}");
    let forbidden = |c: char| c.is_control() || "/\\<>:\"|?*".contains(c);
    assert!(!name.contains(forbidden), "{name:?}");
    assert!(
        !name.starts_with('.') && !name.ends_with(['.', ' ']),
        "{name:?}"
    );
    let segments: Vec<Component<'_>> = Path::new(&name).components().collect();
    assert_eq!(segments, [Component::Normal(name.as_ref())]);

    let again = format!("attachment; filename=\"{name}\"");
    assert_eq!(file_name(again.as_bytes()), Some(name));
});
