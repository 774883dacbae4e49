//! Names of files and anchors, made of names in a document.

use std::collections::HashSet;
use std::hash::Hasher;

use fnv::FnvHasher;

/// Words of a longer name are cut off: file systems take 255 bytes, and addresses are read by people.
const LONGEST: usize = 80;

/// Names that Windows keeps for devices, and those that the site needs itself.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "index", "assets"];

/// Gives names, each once.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// The name of a file for `name`: its words in lower case. Where that loses too much, or is taken, a
    /// hash of the whole name follows, so that the address depends on as little else as possible.
    pub(crate) fn file(&mut self, name: &str) -> String {
        let (words, is_whole) = words(name);
        if is_whole && !is_reserved(&words) && self.taken.insert(words.clone()) {
            return words;
        }
        let hash = hash(name);
        let hashed = if words.is_empty() {
            hash
        } else {
            format!("{words}-{hash}")
        };
        self.numbered(hashed)
    }

    /// An anchor for `name`. Those of one page are told apart by numbers.
    pub(crate) fn anchor(&mut self, name: &str) -> String {
        let (words, is_whole) = words(name);
        let words = if is_whole { words } else { hash(name) };
        self.numbered(words)
    }

    fn numbered(&mut self, name: String) -> String {
        if self.taken.insert(name.clone()) {
            return name;
        }
        let mut number = 2_u32;
        loop {
            let numbered = format!("{name}-{number}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
            number += 1;
        }
    }
}

/// Letters and digits of ASCII in lower case, words joined by `-`; and whether that stands for the whole
/// name: letters of other scripts and what is too long are lost.
fn words(name: &str) -> (String, bool) {
    let mut words = String::new();
    let mut is_whole = true;
    let mut before = ' ';
    for c in name.chars() {
        let starts =
            c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        let gap = starts || !before.is_ascii_alphanumeric();
        before = c;
        if !c.is_ascii_alphanumeric() {
            is_whole &= c.is_ascii();
            continue;
        }
        if words.len() >= LONGEST {
            is_whole = false;
            break;
        }
        if gap && !words.is_empty() {
            words.push('-');
        }
        words.push(c.to_ascii_lowercase());
    }
    let is_whole = is_whole && !words.is_empty();
    (words, is_whole)
}

fn is_reserved(words: &str) -> bool {
    let is_port = |prefix: &str| {
        let rest = words.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    RESERVED.contains(&words) || is_port("com") || is_port("lpt")
}

fn hash(name: &str) -> String {
    let mut hasher = FnvHasher::default();
    hasher.write(name.as_bytes());
    let hash = hasher.finish();
    format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_in_lower_case() {
        let mut names = Names::default();
        let given = ["list_workspaces", "ActionItem", "OAuth 2.0", "getV2Pets"];
        let given = given.map(|name| names.file(name));
        assert_eq!(
            given,
            ["list-workspaces", "action-item", "oauth-2-0", "get-v2-pets"]
        );
    }

    #[test]
    fn no_name_leaves_its_folder_or_means_something_to_a_file_system() {
        let mut names = Names::default();
        let long = "x".repeat(400);
        let hostile = [
            "../../x", "x", "X", "CON", "com1", "..", "", "été", "a\\b:c", "index", "\0", &long,
        ];
        let mut seen = HashSet::new();
        for name in hostile {
            let file = names.file(name);
            let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(
                !file.is_empty() && file.len() < 120 && file.chars().all(is_safe),
                "{file}"
            );
            assert!(!is_reserved(&file), "{file}");
            assert!(seen.insert(file.clone()), "{file} is given twice");
        }
    }

    #[test]
    fn a_name_that_is_taken_does_not_move_others() {
        let (mut one, mut other) = (Names::default(), Names::default());
        assert_eq!(one.file("Pet"), "pet");
        assert_eq!(other.file("pET"), "p-et");
        assert_eq!(other.file("Pet"), "pet");
        let hashed = one.file("PET");
        assert_ne!(hashed, "pet");
        other.file("Dog");
        assert_eq!(other.file("PET"), hashed);
    }

    #[test]
    fn equal_anchors_are_numbered() {
        let mut names = Names::default();
        let given = ["member-id", "member-id", "member-ID"].map(|name| names.anchor(name));
        assert_eq!(given, ["member-id", "member-id-2", "member-id-3"]);
    }
}
