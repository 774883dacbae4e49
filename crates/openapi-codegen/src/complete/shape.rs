//! Taking progenitor's output apart.

use syn::{File, Item, ItemMod};

use crate::Error;

/// The parts of the generated file that are kept.
pub(super) struct Parts {
    /// Items of the module `types`.
    pub types: Vec<Item>,
    /// Items of the module `builder`: one struct and one impl a method.
    pub builders: Vec<Item>,
}

pub(super) fn split(file: File) -> Result<Parts, Error> {
    let mut types = None;
    let mut builders = None;
    for item in file.items {
        if let Item::Mod(module) = item {
            match module.ident.to_string().as_str() {
                "types" => types = Some(items(module)),
                "builder" => builders = Some(items(module)),
                _ => {}
            }
        }
    }
    Ok(Parts {
        types: types.ok_or_else(|| missing("module `types`"))?,
        builders: builders.ok_or_else(|| missing("module `builder`"))?,
    })
}

fn items(module: ItemMod) -> Vec<Item> {
    module.content.map(|(_, items)| items).unwrap_or_default()
}

pub(super) fn missing(what: &str) -> Error {
    Error::Shape(format!("{what} is missing"))
}

/// A rewrite that met what it looks for not as often as it must says so.
pub(super) fn expect(what: &str, met: usize, expected: usize) -> Result<(), Error> {
    if met == expected {
        return Ok(());
    }
    let times = |count: usize| {
        if count == 1 {
            "once".to_owned()
        } else {
            format!("{count} times")
        }
    };
    Err(Error::Shape(format!(
        "{what} is there {}, not {}",
        times(met),
        times(expected)
    )))
}
