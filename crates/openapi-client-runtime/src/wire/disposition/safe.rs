//! Names that can do no harm in the folder they are used in, on any system.

/// The most bytes of a name: file systems take 255, and a number or a suffix may be added.
const MOST: usize = 200;

/// What is longer than this after the last dot is no extension worth keeping.
const EXTENSION: usize = 20;

/// Names of devices on Windows, with any extension.
const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// Makes a file name of what a server offers: the last segment of a path, without control
/// characters, without dots in front, and no name that a system takes for something else.
pub(crate) fn safe_name(offered: &str) -> Option<String> {
    let segment = offered.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = segment.chars().filter(|c| !is_invisible(*c)).collect();
    let cleaned: String = without_drive(&cleaned)
        .chars()
        .map(|c| if is_reserved(c) { '_' } else { c })
        .collect();
    // Windows drops dots and spaces at the end, so that another name would be meant.
    let shown = cleaned.trim_matches(is_dot_or_space);
    let mut name = bounded(shown);
    // Shortened or not: `con` may stand before many spaces.
    if is_device(&name) {
        name = bounded(&format!("_{name}"));
    }
    (!name.is_empty()).then_some(name)
}

fn is_dot_or_space(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// Control characters, and those that change the direction of what is shown: `exe.txt` may be
/// `txt.exe`.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// What Windows does not allow in names; a colon would name a stream of a file.
fn is_reserved(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

fn without_drive(name: &str) -> &str {
    match name.as_bytes() {
        [drive, b':', ..] if drive.is_ascii_alphabetic() => &name[2..],
        _ => name,
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_ascii_lowercase();
    let port = ["com", "lpt"]
        .iter()
        .find_map(|port| stem.strip_prefix(port));
    let is_port = port.is_some_and(|number| {
        let mut digits = number.chars();
        let digit = digits
            .next()
            .is_some_and(|c| matches!(c, '0'..='9' | '¹' | '²' | '³'));
        digit && digits.next().is_none()
    });
    is_port || DEVICES.contains(&stem.as_str())
}

/// Shortens the part before the extension, at the end of a character.
fn bounded(name: &str) -> String {
    if name.len() <= MOST {
        return name.to_owned();
    }
    let dot = name.rfind('.').filter(|dot| name.len() - dot <= EXTENSION);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let mut end = MOST - extension.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let name = format!("{}{extension}", &stem[..end]);
    name.trim_end_matches(is_dot_or_space).to_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::wire::disposition) fn assert_safe(name: &str) {
        let forbidden = |c: char| c.is_control() || "/\\<>:\"|?*".contains(c);
        assert!(!name.is_empty() && name.len() <= MOST, "{name:?}");
        assert!(!name.contains(forbidden), "{name:?}");
        assert!(
            !name.starts_with('.') && !name.ends_with(['.', ' ']),
            "{name:?}"
        );
        assert!(!is_device(name), "{name:?}");
        let path = std::path::Path::new(name);
        assert_eq!(path.file_name(), Some(name.as_ref()));
        assert_eq!(path.components().count(), 1);
    }

    #[test]
    fn names_are_made_safe() {
        for (offered, name) in [
            ("a.txt", Some("a.txt")),
            ("größe 1.tar.gz", Some("größe 1.tar.gz")),
            (".bashrc", Some("bashrc")),
            (".. ..", None),
            ("...", None),
            ("a. . ", Some("a")),
            ("C:autoexec.bat", Some("autoexec.bat")),
            ("C:", None),
            ("a.txt:stream", Some("a.txt_stream")),
            ("a<b>|c?*\".txt", Some("a_b__c__\u{5f}.txt")),
            ("CON", Some("_CON")),
            ("nul.txt", Some("_nul.txt")),
            ("Aux .log", Some("_Aux .log")),
            ("com1", Some("_com1")),
            ("LPT³.txt", Some("_LPT³.txt")),
            ("com10.txt", Some("com10.txt")),
            ("console.txt", Some("console.txt")),
            ("\u{202e}txt.exe", Some("txt.exe")),
            ("a\u{0}\u{7f}\u{85}b", Some("ab")),
            ("~", Some("~")),
            ("-rf", Some("-rf")),
        ] {
            assert_eq!(safe_name(offered).as_deref(), name, "{offered:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let long = safe_name(&format!("{}.tar", "ä".repeat(300))).unwrap();
        assert_eq!(long.len(), 200);
        assert!(long.ends_with("ä.tar"));
        let odd = safe_name(&format!("a.{}", "ä".repeat(300))).unwrap();
        assert_eq!(odd.len(), 200);
        assert_eq!(safe_name(&"x".repeat(200)).unwrap().len(), 200);
        let device = safe_name(&format!("con.{}", "x".repeat(196))).unwrap();
        assert_eq!(safe_name(&device), Some(device));
        let hidden = format!("con{}x", " ".repeat(300));
        assert_eq!(safe_name(&hidden).as_deref(), Some("_con"));
    }

    proptest! {
        #[test]
        fn every_name_is_safe_and_stays_as_it_is(offered in any::<String>()) {
            if let Some(name) = safe_name(&offered) {
                assert_safe(&name);
                prop_assert_eq!(safe_name(&name), Some(name));
            }
        }

        #[test]
        fn names_of_devices_are_never_used(
            device in "(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9])",
            rest in "( {0,2}\\.[a-z.]{0,5})?",
        ) {
            assert_safe(&safe_name(&format!("{device}{rest}")).unwrap());
        }
    }
}
