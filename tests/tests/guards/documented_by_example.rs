//! The documentation of the runtime shows how everything is used.

use guards::{documented_by_example, workspace};

#[test]
fn the_runtime_shows_how_it_is_used() {
    if let Err(complaint) = documented_by_example::check(&workspace::root()) {
        panic!("{complaint}");
    }
}

fn complaints(source: &str, shown_by: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/lib.rs"), source).unwrap();
    let Err(complaint) = documented_by_example::check_crate(folder.path(), shown_by) else {
        return Vec::new();
    };
    let lines = complaint.lines().filter_map(|line| line.strip_prefix("  "));
    lines.map(str::to_owned).collect()
}

#[test]
fn what_is_not_shown_is_found() {
    let source = "
        /// Prose.
        pub struct Bare;
        /// ```text
        /// Bare
        /// ```
        pub struct Drawn;
        /// ```ignore
        /// Ignored
        /// ```
        pub enum Ignored {}
        mod inner {
            /// Prose.
            pub trait Inner { /// Prose.
                fn inner(&self); }
            pub fn free() {}
            struct Private;
        }
        #[macro_export]
        macro_rules! shout { () => {}; }
        macro_rules! table { () => {
            /// Prose.
            #[derive(Clone)]
            pub struct Table;
        }; }
        pub type Alias = u8;
    ";
    assert_eq!(
        complaints(source, &[]),
        [
            "`Alias` (module `lib`) has no example",
            "`Bare` (module `lib`) has no example",
            "`Drawn` (module `lib`) has no example",
            "`Ignored` (module `lib`) has no example",
            "`Inner` (module `inner`) has no example",
            "`Table` (module `lib`) has no example",
            "`free` (module `inner`) has no example",
            "`shout` (module `lib`) has no example",
        ]
    );
}

#[test]
fn what_is_shown_somehow_passes() {
    let source = "
        /// ```
        /// Own::new(Color::Red);
        /// ```
        pub struct Own;
        pub struct ByMethod;
        impl ByMethod {
            /// ```no_run
            /// ByMethod.go()
            /// ```
            pub fn go(&self) {}
        }
        /// A column. Only generated
        /// code names it.
        pub struct Column;
        pub enum Color { Red }
        #[doc(hidden)]
        pub fn hidden() {}
        pub(crate) fn within() {}
        macro_rules! table { () => {
            /// ```
            /// Table
            /// ```
            pub struct Table;
        }; }
        #[cfg(test)]
        mod tests { pub struct Unseen; }
    ";
    assert_eq!(complaints(source, &[("Color", "Own")]), [""; 0]);
}

#[test]
fn a_list_that_is_wrong_is_found() {
    let source = "
        /// ```
        /// Own::new(Colors::Red)
        /// ```
        pub struct Own;
        pub enum Color { Red }
    ";
    assert_eq!(
        complaints(
            source,
            &[("Color", "Own"), ("Gone", "Own"), ("Own", "Color")]
        ),
        [
            "`Color` is listed, and no example of `Own` names it",
            "`Gone` is listed and is no public item",
            "`Own` is listed and has an example of its own",
        ]
    );
}
