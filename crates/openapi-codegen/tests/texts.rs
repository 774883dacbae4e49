//! Whatever the texts of a document hold, the crate that is made of it holds them as text: a document
//! with a hostile text in every place gives the code of its harmless twin.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{collections::BTreeMap, fs, process::Command, sync::LazyLock};

use openapi_codegen::{Error, Files, Settings, generate, generate_calls};
use openapi_document::Document;
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use quote::ToTokens;
use syn::visit_mut::VisitMut;

/// A document with `TEXT` where any text may stand, `LINE` where a text is one line, and `NAME` where
/// a name may have any characters but control characters, `PLAIN` where it has no braces either: they
/// mean something in the address of a server.
const PLACES: &str = include_str!("texts/every_place.json");

const HOSTILE: &[&str] = &[
    "1\npub const PWNED: &str = include_str!(\"/etc/hostname\");\n//",
    "1\r\npub const PWNED: u8 = 1;",
    "~~~\npanic!();\n~~~",
    "A.\n\n\tpanic!();\n",
    "A:\n\n    panic!();\n\nB.",
    "- a\n\n  ```\n  panic!();\n  ```\n\n      panic!();",
    "```rust\npanic!();",
    "~~~{.rust}\npanic!();",
    "> ```should_panic\n> panic!();",
    "`` ` | [x](crate::y) <script>alert(1)</script> [`Client`] \\",
    "[`BuildError`]: https://evil.example\n[`BuildError`]",
    "\"]\n#[doc = \"x\"] */ /* //! /// {braces} {{}} \\u{41} \\",
    "'''\"\"\"\n[dependencies]\nevil = \"1\"\n#",
    "<!-- --> </details>\n\n    panic!();",
];

/// Characters that no name may have, and no line.
const CONTROLS: &str = "a\u{202e}b\u{2066}c\rd\u{8}\u{c}\u{1b}[0m\u{7f}\u{85}";

fn places(text: &str, line: &str, name: &str) -> Document {
    let json = |text: &str| {
        let json = serde_json::to_string(text).unwrap();
        let mut inner = String::new();
        for c in json[1..json.len() - 1].chars() {
            if c.is_ascii() && c != '\u{7f}' {
                inner.push(c);
            } else {
                inner.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
        }
        inner
    };
    let document = PLACES
        .replace("TEXT", &json(text))
        .replace("LINE", &json(line))
        .replace("NAME", &json(name))
        .replace("PLAIN", &json(&name.replace(['{', '}'], "")));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    fs::write(&path, document).unwrap();
    Document::open(&path).unwrap_or_else(|report| panic!("{text:?}\n{}", report.render(false)))
}

/// The document with a text in all places, as far as each can hold it.
fn everywhere(text: &str) -> Document {
    places(
        text,
        text,
        &text.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

fn files(document: &Document) -> Files {
    match generate(document, &Settings::new("hostile-client")) {
        Ok(generated) => generated.files,
        Err(Error::Document(report)) => panic!("{}", report.render(false)),
        Err(other) => panic!("{other}"),
    }
}

fn harmless() -> Files {
    files(&everywhere("Harmless."))
}

/// The text of each documentation comment.
fn documentation(source: &str) -> Vec<String> {
    let mut comments: Vec<String> = Vec::new();
    let mut open = false;
    for line in source.lines().map(str::trim_start) {
        let comment = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"));
        match comment {
            Some(text) if open => {
                let last = comments.last_mut().unwrap();
                last.push('\n');
                last.push_str(text.strip_prefix(' ').unwrap_or(text));
            }
            Some(text) => comments.push(text.strip_prefix(' ').unwrap_or(text).to_owned()),
            None => {}
        }
        open = comment.is_some();
    }
    comments
}

/// How many programs rustdoc finds in a text.
fn programs(markdown: &str) -> usize {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    let blocks = Parser::new_ext(markdown, options).filter(|event| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => true,
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
            let info = info.trim_start_matches('{').trim_start_matches('.');
            let first = info.split([',', ' ', '}']).next().unwrap();
            [
                "",
                "rust",
                "no_run",
                "should_panic",
                "ignore",
                "compile_fail",
            ]
            .contains(&first)
        }
        _ => false,
    });
    blocks.count()
}

/// HTML, and the targets of links that are not on the web.
fn foreign(markdown: &str) -> Vec<String> {
    let broken =
        |link: pulldown_cmark::BrokenLink<'_>| Some((link.reference.to_string().into(), "".into()));
    let events = Parser::new_with_broken_link_callback(markdown, Options::all(), Some(broken));
    let found = events.filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(text.to_string()),
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            let is_foreign = !dest_url.starts_with("https://") && !is_setter(&dest_url);
            is_foreign.then(|| dest_url.to_string())
        }
        Event::End(TagEnd::FootnoteDefinition) => Some("a footnote".to_owned()),
        _ => None,
    });
    found.collect()
}

/// Whether a link leads from one setter to another: in what order they stand depends on their names.
fn is_setter(target: &str) -> bool {
    let name = target.strip_prefix("Self::");
    name.is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// How many links lead to setters.
fn setters(comments: &[String]) -> usize {
    let links = comments.iter().flat_map(|markdown| Parser::new(markdown));
    let links = links.filter(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => is_setter(dest_url),
        _ => false,
    });
    links.count()
}

/// Items without what the document says in them: documentation and literals.
fn shape(source: &str) -> String {
    struct Bare;
    impl VisitMut for Bare {
        fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
            *literal = syn::LitStr::new("", literal.span());
        }
        fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
            attributes.retain(|attribute| !attribute.path().is_ident("doc"));
            for attribute in attributes {
                self.visit_attribute_mut(attribute);
            }
        }
    }
    let mut file = syn::parse_file(source).unwrap();
    Bare.visit_file_mut(&mut file);
    file.into_token_stream().to_string()
}

/// Characters that rustc refuses, or that nobody sees.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_rust(name: &str) -> bool {
    name.strip_suffix(".rs").is_some()
}

fn check(text: &str, files: &Files, twin: &Files) {
    assert!(files.keys().eq(twin.keys()), "{text:?}");
    for (name, source) in files {
        assert!(!source.contains(is_hidden), "{text:?} in {name}");
    }
    for (name, source) in files.iter().filter(|(name, _)| is_rust(name)) {
        let parsed = syn::parse_file(source);
        let parsed = parsed.unwrap_or_else(|error| panic!("{text:?} in {name}: {error}\n{source}"));
        let twin = &twin[name];
        assert_eq!(
            parsed.items.len(),
            syn::parse_file(twin).unwrap().items.len(),
            "{text:?} in {name}"
        );
        let written_out = |line: &str| {
            let line = line.trim_start();
            line.starts_with("/**") || line.starts_with("#[doc = \"")
        };
        assert!(!source.lines().any(written_out), "{text:?} in {name}");
        let (own, others) = (documentation(source), documentation(twin));
        assert_eq!(own.len(), others.len(), "{text:?} in {name}");
        assert_eq!(setters(&own), setters(&others), "{text:?} in {name}");
        for (own, other) in own.iter().zip(&others) {
            assert_eq!(programs(own), programs(other), "{text:?} in {name}\n{own}");
            assert_eq!(foreign(own), foreign(other), "{text:?} in {name}\n{own}");
        }
    }
    // Other modules have identifiers from the names of the document.
    assert_eq!(
        shape(&files["src/lib.rs"]),
        shape(&twin["src/lib.rs"]),
        "{text:?}"
    );
    let (own, other) = (&files["README.md"], &twin["README.md"]);
    assert_eq!(programs(own), programs(other), "{text:?}\n{own}");
    assert_eq!(foreign(own), foreign(other), "{text:?}\n{own}");
    let manifest = |files: &Files| files["Cargo.toml"].parse::<toml::Table>().unwrap();
    let (mut own, mut other) = (manifest(files), manifest(twin));
    let description = own["package"]
        .as_table_mut()
        .unwrap()
        .remove("description")
        .unwrap();
    other["package"]
        .as_table_mut()
        .unwrap()
        .remove("description");
    assert_eq!(own, other, "{text:?}");
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let folded = folded.replace('\u{202e}', "\\u{202e}");
    assert_eq!(
        description.as_str().unwrap(),
        format!("Client of {folded}"),
        "{text:?}"
    );
    let json: serde_json::Value = serde_json::from_str(&files["openapi.json"]).unwrap();
    assert_eq!(json["info"]["description"], text);
}

#[test]
fn hostile_texts_stay_texts_in_every_place() {
    let twin = harmless();
    for text in HOSTILE {
        check(text, &files(&everywhere(text)), &twin);
    }
}

/// Texts that were put together from what has a meaning in Markdown, Rust or TOML.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = [
        "```",
        "~~~",
        "`",
        "``",
        "rust",
        "{.rust}",
        " ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "\r\n",
        "- ",
        "1. ",
        "> ",
        "# ",
        "|",
        "---",
        "*",
        "\\",
        "[a]",
        "[`Client`]",
        "[a]: ",
        "(crate::x)",
        "https://a.b",
        "<b>",
        "</details>",
        "<!--",
        "\"",
        "'''",
        "\"\"\"",
        "*/",
        "//",
        "#[",
        "]",
        "{",
        "}",
        "{0}",
        ";",
        "panic!();",
        "é",
        "\u{202e}",
    ];
    let pieces = proptest::sample::select(pieces.to_vec());
    proptest::collection::vec(pieces, 1..16).prop_map(|pieces| format!("T{}", pieces.concat()))
}

proptest! {
    // Each case is a whole crate.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_stays_text_in_every_place(text in nasty()) {
        static TWIN: LazyLock<Files> = LazyLock::new(harmless);
        let words: Vec<&str> = text.split_whitespace().collect();
        let name = words.join(" ");
        check(&text, &files(&places(&text, &text, &name)), &TWIN);
    }
}

#[test]
fn characters_that_nobody_sees_are_written_so_that_they_are_seen() {
    let twin = harmless();
    let files = files(&places(CONTROLS, "Harmless.", "Harmless."));
    assert!(files["src/types.rs"].contains(r"/// a\u{202e}b\u{2066}c"));
    assert!(files["src/types.rs"].contains(r#""a\u{202e}b\u{2066}c\rd\u{8}"#));
    assert!(!files.values().any(|source| source.contains(is_hidden)));
    for (name, source) in files.iter().filter(|(name, _)| is_rust(name)) {
        let items = |source: &str| syn::parse_file(source).unwrap().items.len();
        assert_eq!(items(source), items(&twin[name]), "{name}");
    }
    let json: serde_json::Value = serde_json::from_str(&files["openapi.json"]).unwrap();
    assert_eq!(json["info"]["description"], CONTROLS);
}

#[test]
fn control_characters_in_lines_and_names_are_refused_where_they_stand() {
    for (line, name) in [("a\u{1b}b", "x"), ("x", "a\nb")] {
        let document = places("x", line, name);
        let Err(Error::Document(report)) = generate(&document, &Settings::new("a-client")) else {
            panic!("{line:?} and {name:?} are taken");
        };
        assert!(
            report
                .iter()
                .all(|finding| finding.code() == "L508" && finding.line() > 0)
        );
    }
}

#[test]
fn examples_of_hostile_values_are_expressions() {
    for text in HOSTILE {
        let calls = generate_calls(&everywhere(text), &Settings::new("hostile-client"));
        syn::parse_file(&calls.unwrap()["mod.rs"]).unwrap();
    }
}

/// An item without documentation is a warning in the crates that are made, and empty text is none.
#[test]
fn empty_text_is_no_text() {
    for text in ["", " \n "] {
        let files = files(&places(text, text, "x"));
        for (name, source) in files.iter().filter(|(name, _)| is_rust(name)) {
            for comment in documentation(source) {
                let said = comment.trim();
                assert!(!matches!(said, "" | "."), "{name}");
                let empty = ["\n\n\n", ": .", ": \n", "()"];
                assert!(
                    !empty.iter().any(|sign| said.contains(sign)) || said.contains("```"),
                    "{name}\n{said}"
                );
            }
        }
        let readme = &files["README.md"];
        assert!(
            !["\n\n\n", "|  |", "the the", ": ."]
                .iter()
                .any(|sign| readme.contains(sign)),
            "{readme}"
        );
    }
}

/// What rustdoc itself finds, in one file with all the documentation.
#[test]
fn rustdoc_finds_the_programs_of_the_harmless_twin() {
    let twin = harmless();
    let expected = tests_of(&twin);
    assert!(!expected.is_empty());
    let all = HOSTILE.join("\n\n");
    for text in ["~~~\npanic!();\n~~~", "A.\n\n\tpanic!();\n", all.as_str()] {
        assert_eq!(tests_of(&files(&everywhere(text))), expected, "{text:?}");
    }
}

/// The names of the items with tests, and how many each has, by `rustdoc --test -- --list`.
fn tests_of(files: &Files) -> BTreeMap<String, usize> {
    let mut source = String::new();
    let texts = files.iter().filter(|(name, _)| is_rust(name));
    let texts = texts.flat_map(|(_, source)| documentation(source));
    for (index, text) in texts.chain([files["README.md"].clone()]).enumerate() {
        for line in text.lines() {
            source.push_str(&format!("/// {line}\n"));
        }
        source.push_str(&format!("pub struct Item{index};\n"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("texts.rs");
    fs::write(&path, source).unwrap();
    let output = Command::new("rustdoc")
        .args(["--test", "--edition", "2021", "--test-args", "--list"])
        .arg(&path)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut tests = BTreeMap::new();
    // texts.rs - Item3 (line 12): test
    for line in listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
    {
        let item = line.split(" - ").nth(1).unwrap();
        *tests
            .entry(item.split(' ').next().unwrap().to_owned())
            .or_default() += 1;
    }
    tests
}
