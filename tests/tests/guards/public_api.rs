//! The public API: published crates and their users.

use std::path::Path;

use guards::{public_api, snapshot, workspace};

fn check(folder: &Path, name: &str) {
    let modules = public_api::list(folder).unwrap();
    assert!(!modules.is_empty(), "{} offers nothing", folder.display());
    for (module, text) in modules {
        snapshot::assert(&format!("public_api/{name}"), &module, &text);
    }
}

#[test]
fn of_generated_crates() {
    for api in workspace::all_apis(&workspace::root()).unwrap() {
        check(&api.crate_folder, &api.settings.crate_name);
    }
}

#[test]
fn of_the_runtime() {
    let folder = workspace::root().join("crates/openapi-client-runtime");
    check(&folder, "openapi-client-runtime");
}

#[test]
fn of_the_mock_server() {
    check(
        &workspace::root().join("crates/openapi-mock"),
        "openapi-mock",
    );
}

/// The listing must not be blind to what it lists.
#[test]
fn of_a_crate_with_one_of_everything() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    let source = r#"
        pub mod shapes {
            /// Prose.
            #[derive(Clone, ::serde::Serialize)]
            #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
            #[non_exhaustive]
            pub struct Shape<'a, T> { pub edges: ::std::vec::Vec<&'a T>, inner: u8 }
            impl<'a, T> Shape<'a, T> {
                pub const NONE: usize = 0;
                pub async fn draw<V>(mut self, value: V) -> Result<(), ::std::string::String>
                where V: std::convert::TryInto<T> { let _ = value; Ok(()) }
                pub(crate) fn secret(&self) {}
                fn private(&self) {}
                #[doc(hidden)]
                pub fn hidden(&self) {}
                #[cfg(test)]
                pub fn of_tests(&self) {}
            }
            impl<T> From<T> for Shape<'_, T> { fn from(_: T) -> Self { todo!() } }
            struct Private;
            impl Private { pub fn unseen(&self) {} }
        }
        #[deprecated]
        pub enum Kind { Round, Square(u8), Other { name: String } }
        pub trait Paint: Clone { fn paint(&mut self, color: &str) -> bool; }
        pub static TABLE: &[u8] = &[];
        pub type Pair = (u8, u8);
        pub use shapes::{self, Shape as Form};
        pub fn area(width: u32, height: u32) -> u32 { width * height }
        fn unseen() {}
        #[macro_export]
        macro_rules! shout { ($what:literal) => { concat!($what, "!") }; () => {}; }
        macro_rules! table {
            ($($(#[doc = $doc:literal])+ $name:ident: $ty:ty;)+) => {
                #[derive(Clone)]
                pub struct Table { $($name: $ty,)+ }
                impl Table { $($(#[doc = $doc])+ pub fn $name(&self) -> $ty { self.$name } )+ }
            };
        }
        shout!("a");
        #[cfg(test)]
        mod tests { pub fn unseen() {} }
    "#;
    std::fs::write(folder.path().join("src/lib.rs"), source).unwrap();
    let modules = public_api::list(folder.path()).unwrap();
    let shown: Vec<String> = modules
        .iter()
        .map(|(name, text)| format!("== {name}\n{text}"))
        .collect();
    insta::assert_snapshot!(shown.join(""), @r#"
    == lib
    enum Kind [deprecated]
      Round
      Square(u8)
      Other { name: String }
    fn area(width: u32, height: u32) -> u32
    macro shout!
      ($what: literal)
      ()
    macro table!
      => struct Table
      =>   ..
      =>   fn name(&self) -> ty
      =>   : Clone
    mod shapes
    shout! "a"
    static TABLE: &[u8]
    trait Paint: Clone
      fn paint(&mut self, color: &str) -> bool
    type Pair = (u8, u8)
    use shapes::{ self, Shape as Form }
    == shapes
    struct Shape<'a, T> [non_exhaustive]
      edges: Vec<&'a T>
      ..
      async fn draw<V>(self, value: V) -> Result<(), String> where V: TryInto<T>
      const NONE: usize
      fn hidden(&self) [hidden]
      : Clone, From<T>, JsonSchema [cfg(feature = "schemars")], Serialize
    "#);
}
