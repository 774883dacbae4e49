//! Text of a document as Markdown that stays text.
//!
//! Descriptions are `CommonMark` by somebody else. rustdoc compiles every code block that does not name
//! another language, takes words in brackets for items of the crate, and passes HTML on. What is
//! written here holds no program, no HTML, and no links but to the web; all else is as it was.
//!
//! The text is parsed as rustdoc parses it, and only the places that say too much are rewritten. A
//! rewritten place can turn out to be something else when it is read again, so this goes on until
//! there is nothing left to rewrite.

use std::{collections::BTreeSet, ops::Range};

use pulldown_cmark::{CodeBlockKind, Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd};

use crate::characters::{folded, visible};

/// How often a text is read again before it is taken for mere characters.
const ROUNDS: usize = 16;

/// What a code block is called that names no language, or one that rustdoc would compile.
const NO_LANGUAGE: &str = "text";

/// A text of several paragraphs.
pub(crate) fn block(text: &str) -> String {
    let mut text = laid_out(text);
    for _ in 0..ROUNDS {
        let edits = Rewriter::edits(&text);
        if edits.is_empty() {
            return text;
        }
        text = laid_out(&applied(&text, edits));
    }
    literal(&text)
}

/// A text as part of a line: a title, or a description in a list or a table.
pub(crate) fn line(text: &str) -> String {
    let text = folded(text);
    let as_words = [text.clone(), with_escaped_start(&text)];
    as_words
        .iter()
        .map(|text| block(text))
        .find(|safe| is_one_paragraph(safe))
        .unwrap_or_else(|| literal(&text))
}

/// A text as part of a row of a table.
pub(crate) fn cell(text: &str) -> String {
    within_cell(&line(text))
}

/// Markdown of one line, such as the result of [`code`], inside of a table.
pub(crate) fn within_cell(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    let mut is_escaped = false;
    for c in line.chars() {
        if c == '|' && !is_escaped {
            escaped.push('\\');
        }
        escaped.push(c);
        is_escaped = c == '\\' && !is_escaped;
    }
    escaped
}

/// A text in code font, character for character. Breaks show as Rust writes them.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() {
        return "`\"\"`".to_owned();
    }
    let text = text
        .replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace('\t', "\\t");
    let text = visible(&text);
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let begins_or_ends_with_tick = text.starts_with('`') || text.ends_with('`');
    let loses_spaces = text.starts_with(' ') && text.ends_with(' ');
    if begins_or_ends_with_tick || loses_spaces {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// Whether a text ends with words, and not with a code block or a table.
pub(crate) fn ends_in_words(markdown: &str) -> bool {
    let mut ends_in_words = true;
    let mut inside = 0_usize;
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Table(_)) => inside += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Table) => {
                inside = inside.saturating_sub(1);
                ends_in_words = false;
            }
            Event::Rule => ends_in_words = false,
            Event::Text(_) | Event::Code(_) if inside == 0 => ends_in_words = true,
            _ => {}
        }
    }
    ends_in_words
}

/// What rustdoc enables.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION
}

/// Every character as itself.
fn literal(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut escaped = String::with_capacity(line.len() * 2);
        for c in line.trim().chars() {
            if c.is_ascii_punctuation() {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        escaped
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text as it stands in documentation: no tabs, no indentation that all lines share, no empty lines
/// around it.
fn laid_out(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<String> = visible(&text).lines().map(with_spaces).collect();
    let written = lines.iter().filter(|line| !line.is_empty());
    let indent = written.map(|line| indentation(line)).min().unwrap_or(0);
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.get(indent..).unwrap_or_default())
        .collect();
    let text = lines.join("\n");
    text.trim_start_matches('\n').trim_end().to_owned()
}

/// A line with spaces up to the next of the stops of `CommonMark` in the place of each tab.
fn with_spaces(line: &str) -> String {
    if line.trim().is_empty() {
        return String::new();
    }
    let mut spaced = String::with_capacity(line.len());
    let mut column = 0;
    for c in line.chars() {
        let width = if c == '\t' { 4 - column % 4 } else { 1 };
        column += width;
        if c == '\t' {
            spaced.extend(std::iter::repeat_n(' ', width));
        } else {
            spaced.push(c);
        }
    }
    spaced
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The length of the longest row of this character.
fn longest_run(text: &str, of: char) -> usize {
    let runs = text.split(|c| c != of);
    runs.map(str::len).max().unwrap_or(0)
}

/// A line whose first characters do not make a heading, a list or another block of it.
fn with_escaped_start(line: &str) -> String {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at(digits);
    if rest.starts_with(|c: char| c.is_ascii_punctuation()) {
        format!("{number}\\{rest}")
    } else {
        line.to_owned()
    }
}

fn is_one_paragraph(markdown: &str) -> bool {
    let mut events = Parser::new_ext(markdown, options());
    let first = events.next();
    let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Paragraph));
    matches!(first, Some(Event::Start(Tag::Paragraph)))
        && events.position(|event| is_end(&event)).is_some()
        && events.next().is_none()
}

/// A place of the text, and what stands there instead.
struct Edit {
    place: Range<usize>,
    with: String,
}

/// Makes the edits. One that stands inside of another waits for the next round.
fn applied(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.place.start);
    let mut text = String::with_capacity(source.len() + edits.len());
    let mut done = 0;
    for Edit { place, with } in edits {
        if place.start >= done {
            text.push_str(&source[done..place.start]);
            text.push_str(&with);
            done = place.end;
        }
    }
    text.push_str(&source[done..]);
    text
}

/// A link whose text is being read.
enum Link {
    /// It stays as it is.
    Web,
    /// Its address stands elsewhere, and shall stand beside its text.
    Referring { address: String, end: usize },
    /// It is text.
    Other,
}

/// One reading of a text.
struct Rewriter<'s> {
    source: &'s str,
    edits: Vec<Edit>,
    /// Words that follow each other without a gap.
    words: Option<Range<usize>>,
    /// Where the last event has ended, or begun.
    last: usize,
    links: Vec<Link>,
    /// How many blocks are open.
    depth: usize,
    /// Addresses that links beside their text took over.
    inlined: BTreeSet<String>,
}

impl<'s> Rewriter<'s> {
    /// What has to be rewritten in a text that is laid out.
    fn edits(source: &'s str) -> Vec<Edit> {
        let parser = Parser::new_ext(source, options());
        let definitions: Vec<(String, Range<usize>)> = parser
            .reference_definitions()
            .iter()
            .map(|(_, definition)| (definition.dest.to_string(), definition.span.clone()))
            .collect();
        let mut rewriter = Self {
            source,
            edits: Vec::new(),
            words: None,
            last: 0,
            links: Vec::new(),
            depth: 0,
            inlined: BTreeSet::new(),
        };
        let mut events = parser.into_offset_iter();
        while let Some((event, range)) = events.next() {
            rewriter.read(&event, range, &mut events);
        }
        rewriter.end_words();
        for (address, span) in definitions {
            if rewriter.inlined.contains(&address) {
                rewriter.replace(span, String::new());
            } else {
                rewriter.escape(span.start);
            }
        }
        rewriter.edits
    }

    fn read(&mut self, event: &Event<'_>, range: Range<usize>, events: &mut OffsetIter<'_>) {
        if let Event::Text(_) = event {
            self.word(range);
            return;
        }
        self.end_words();
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                self.code_block(kind, range.clone(), events);
                self.last = range.end;
                return;
            }
            Event::Start(Tag::Link {
                link_type: LinkType::Autolink | LinkType::Email,
                dest_url,
                ..
            }) => {
                let is_mail = |address: &str| address.contains('@') && !address.contains(':');
                if !is_web(dest_url) && !is_mail(dest_url) {
                    self.escape(range.start);
                }
                skip_to_end_of_link(events);
                self.last = range.end;
                return;
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => {
                self.start_link(*link_type, dest_url, range.start, range.end);
            }
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                ..
            }) => {
                self.start_link(*link_type, dest_url, range.start + 1, range.end);
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.end_link(),
            Event::Start(Tag::FootnoteDefinition(_)) => self.escape(range.start),
            Event::FootnoteReference(_) => {
                self.escape(range.start);
                self.escape(range.end - 1);
            }
            Event::Html(_) | Event::InlineHtml(_) => {
                for (at, _) in self.source[range.clone()].match_indices(['<', '>']) {
                    self.escape(range.start + at);
                }
            }
            _ => {}
        }
        match event {
            Event::Start(_) => {
                self.depth += 1;
                self.last = range.start;
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                self.last = range.end;
            }
            _ => self.last = range.end,
        }
    }

    fn replace(&mut self, place: Range<usize>, with: String) {
        self.edits.push(Edit { place, with });
    }

    /// Takes the meaning from a character.
    fn escape(&mut self, at: usize) {
        self.replace(at..at, "\\".to_owned());
    }

    fn word(&mut self, range: Range<usize>) {
        if self
            .words
            .as_ref()
            .is_some_and(|words| words.end == range.start)
        {
            if let Some(words) = &mut self.words {
                words.end = range.end;
            }
        } else {
            self.end_words();
            self.words = Some(range);
        }
    }

    /// Escapes what rustdoc would make a link of, or what could end up as code together with the
    /// text behind it, and marks bare addresses.
    fn end_words(&mut self) {
        let Some(words) = self.words.take() else {
            return;
        };
        let source = self.source;
        let text = &source[words.clone()];
        let mut at = 0;
        // The backslash of an escape belongs to no event.
        let is_escaped = words.start > self.last && source[..words.start].ends_with('\\');
        if is_escaped {
            at = text.chars().next().map_or(0, char::len_utf8);
        }
        while let Some(c) = text[at..].chars().next() {
            let place = words.start + at;
            let length = match address(&text[at..]).filter(|_| self.links.is_empty()) {
                Some(address) => {
                    let range = place..place + address.len();
                    self.replace(range, format!("<{address}>"));
                    address.len()
                }
                None => c.len_utf8(),
            };
            let ends_text = c == '\\' && place + 1 == source.len();
            if matches!(c, '[' | ']' | '<' | '>' | '`') || ends_text {
                self.escape(place);
            }
            at += length;
        }
        self.last = words.end;
    }

    fn start_link(&mut self, kind: LinkType, address: &str, bracket: usize, end: usize) {
        let link = match kind {
            LinkType::Inline if is_web(address) => Link::Web,
            LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut
                if is_web(address) && self::address(address) == Some(address) =>
            {
                let address = address.to_owned();
                Link::Referring { address, end }
            }
            _ => {
                self.escape(bracket);
                Link::Other
            }
        };
        self.links.push(link);
    }

    fn end_link(&mut self) {
        if let Some(Link::Referring { address, end }) = self.links.pop() {
            self.replace(self.last..end, format!("]({address})"));
            self.inlined.insert(address);
        }
    }

    fn code_block(
        &mut self,
        kind: &CodeBlockKind<'_>,
        range: Range<usize>,
        events: &mut OffsetIter<'_>,
    ) {
        let mut texts = Vec::new();
        for (event, range) in events.by_ref() {
            match event {
                Event::End(TagEnd::CodeBlock) => break,
                _ => texts.push(range),
            }
        }
        match kind {
            CodeBlockKind::Fenced(info) => self.label(info, range),
            CodeBlockKind::Indented => self.fence(&texts),
        }
    }

    /// Names the language of a fenced block, and ends it where the text ends.
    fn label(&mut self, info: &str, range: Range<usize>) {
        let block = &self.source[range.clone()];
        let opening = block.lines().next().unwrap_or_default();
        let mark = opening.chars().next().unwrap_or('`');
        let fence = opening.len() - opening.trim_start_matches(mark).len();
        let label = language(info);
        if opening[fence..] != *label {
            let start = range.start + fence;
            self.replace(start..range.start + opening.len(), label.to_owned());
        }
        let is_closed = block.lines().skip(1).last().is_some_and(|line| {
            let line = line.trim();
            line.len() >= fence && line.chars().all(|c| c == mark)
        });
        let is_last = range.end >= self.source.len();
        if !is_closed && self.depth == 0 && is_last {
            let end = self.source.len();
            self.replace(end..end, format!("\n{}", &opening[..fence]));
        }
    }

    /// Puts fences around an indented block.
    fn fence(&mut self, lines: &[Range<usize>]) {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return;
        };
        let source = self.source;
        let content = &source[first.start..last.end];
        let fence = "`".repeat(longest_run(content, '`').max(2) + 1);
        let before_first = self.outside(first.start);
        // What lists and quotes put before each line but their first.
        let before = source[before_first.clone()].replace(|c| !matches!(c, '>' | ' '), " ");
        let mut fenced = format!("{fence}{NO_LANGUAGE}");
        for line in lines {
            let before = match line {
                line if line == first => &before,
                line => &source[self.outside(line.start)],
            };
            let text = source[line.clone()].trim_end();
            let breaks = source[line.clone()].matches('\n').count();
            fenced.push_str(&format!("\n{before}{text}"));
            fenced.push_str(&"\n".repeat(breaks.saturating_sub(1)));
        }
        let end = first.start + content.trim_end().len();
        let fenced = fenced.trim_end();
        self.replace(before_first.end..end, format!("{fenced}\n{before}{fence}"));
    }

    /// What stands before a line of an indented block, without the indentation that makes it one.
    fn outside(&self, line: usize) -> Range<usize> {
        let start = self.source[..line].rfind('\n').map_or(0, |end| end + 1);
        let before = &self.source[start..line];
        start..start + before.strip_suffix("    ").unwrap_or(before).len()
    }
}

fn skip_to_end_of_link(events: &mut OffsetIter<'_>) {
    for (event, _) in events.by_ref() {
        if matches!(event, Event::End(TagEnd::Link)) {
            return;
        }
    }
}

/// The first word of the text behind a fence, unless rustdoc has a meaning for it.
fn language(info: &str) -> &str {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '_');
    let word = info.trim();
    let word = &word[..word.find(|c| !is_of_word(c)).unwrap_or(word.len())];
    let plain = word.replace(['-', '_'], "").to_ascii_lowercase();
    let is_error_code = plain
        .strip_prefix('e')
        .is_some_and(|digits| digits.parse::<u32>().is_ok());
    let has_meaning = is_error_code
        || ["ignore", "edition"]
            .iter()
            .any(|start| plain.starts_with(start))
        || [
            "",
            "rust",
            "shouldpanic",
            "norun",
            "custom",
            "testharness",
            "compilefail",
            "standalone",
            "standalonecrate",
        ]
        .contains(&plain.as_str());
    if has_meaning { NO_LANGUAGE } else { word }
}

fn is_web(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
}

/// The bare address that the text starts with.
fn address(text: &str) -> Option<&str> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '<' | '>' | '(' | ')' | '[' | ']' | '"' | '`' | '{' | '}' | '\\'
            )
    };
    let rest = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let rest = rest.trim_end_matches(['.', ',', ';', ':']);
    let scheme = text.find("//")? + 2;
    (!rest.is_empty()).then(|| &text[..scheme + rest.len()])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_rustdoc_would_read_otherwise_is_escaped() {
        assert_eq!(block("see [Foo](crate::x)"), r"see \[Foo\](crate::x)");
        assert_eq!(
            block("see [Foo](https://a.b/c)"),
            "see [Foo](https://a.b/c)"
        );
        assert_eq!(block("at https://a.b/c."), "at <https://a.b/c>.");
        assert_eq!(block("<https://a.b>"), "<https://a.b>");
        assert_eq!(block("<javascript:a()>"), r"\<javascript:a()\>");
        assert_eq!(block("a <b>bold</b> `<i>`"), r"a \<b\>bold\</b\> `<i>`");
        assert_eq!(block(r"a \[b\] \<i\>"), r"a \[b\] \<i\>");
        assert_eq!(block("a `b"), r"a \`b");
        assert_eq!(block("`` a`[b] ``, [c]"), r"`` a`[b] ``, \[c\]");
        assert_eq!(block("one\r\ntwo\rthree"), "one\ntwo\nthree");
        assert_eq!(
            block("<div>\n\n[a]\n</div>"),
            "\\<div\\>\n\n\\[a\\]\n\\</div\\>"
        );
        assert_eq!(
            block("see x[^1]\n\n[^1]: y"),
            "see x\\[^1\\]\n\n\\[^1\\]: y"
        );
    }

    #[test]
    fn addresses_that_stand_elsewhere_come_to_their_links() {
        assert_eq!(
            block("[a *b*][1] and [2], [c]\n\n[1]: https://x.y/z\n[2]: https://q\n[c]: crate::d"),
            "[a *b*](https://x.y/z) and [2](https://q), \\[c\\]\n\n\n\n\\[c\\]: crate::d"
        );
        assert_eq!(block("[Kind]: http://a.b"), r"\[Kind\]: <http://a.b>");
    }

    #[test]
    fn code_is_text_or_of_another_language() {
        for (text, expected) in [
            ("a\n\n    let x = 1;", "a\n\n```text\nlet x = 1;\n```"),
            (
                "a\n\n\tb\n\n\n\t\tc\nd",
                "a\n\n```text\nb\n\n\n    c\n```\nd",
            ),
            ("```\nfn\n```", "```text\nfn\n```"),
            ("```rust\nfn\n```", "```text\nfn\n```"),
            ("~~~should_panic,E0001\nfn\n~~~", "~~~text\nfn\n~~~"),
            ("``` {.rust}\nfn\n```", "```text\nfn\n```"),
            ("```json\n{}\n```", "```json\n{}\n```"),
            ("``` json rust\n{}\n```", "```json\n{}\n```"),
            ("~~~\nopen", "~~~text\nopen\n~~~"),
            ("- a\n\n  ```\n  b", "- a\n\n  ```text\n  b"),
            (
                "- a\n\n      b\n\n  c",
                "- a\n\n  ```text\n  b\n  ```\n\n  c",
            ),
            ("-     a\n      b", "- ```text\n  a\n  b\n  ```"),
            (
                "> a\n>\n>     b\n>\n>     c",
                "> a\n>\n> ```text\n> b\n>\n> c\n> ```",
            ),
            (
                "a\n\n    ```\n    b\n    ```",
                "a\n\n````text\n```\nb\n```\n````",
            ),
        ] {
            assert_eq!(block(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_is_one_whatever_it_starts_with() {
        for (text, expected) in [
            ("Lists `a`\n  and [b].", r"Lists `a` and \[b\]."),
            ("# Title", r"\# Title"),
            ("1. One", r"1\. One"),
            ("~~~rust\nfn main() {}", r"\~~~rust fn main() {}"),
            ("```", r"\`\`\`"),
            ("- a\n- b", r"\- a - b"),
            ("[a]: https://b.c", r"\[a\]: <https://b.c>"),
            ("ends in \\", r"ends in \\"),
            ("", ""),
        ] {
            assert_eq!(line(text), expected, "{text:?}");
        }
        assert_eq!(cell("a | `b|c` \\| d"), r"a \| `b\|c` \| d");
    }

    #[test]
    fn code_font_shows_every_character() {
        for (text, expected) in [
            ("a", "`a`"),
            ("", "`\"\"`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a\n\n    b\u{202e}", "`a\\n\\n    b\\u{202e}`"),
            (" a ", "`  a  `"),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
        assert_eq!(within_cell(&code("a|b")), r"`a\|b`");
    }

    #[test]
    fn words_end_a_text_unless_code_or_a_table_does() {
        assert!(ends_in_words("a") && ends_in_words("- a\n- `b`"));
        for text in [
            "```\na\n```",
            "- a\n\n  ```\n  b\n  ```",
            "|a|\n|-|\n|b|",
            "---",
        ] {
            assert!(!ends_in_words(text), "{text}");
        }
    }

    /// What rustdoc would compile of a text, by its own rules: a block without a language, or with
    /// nothing but words that rustdoc has a meaning for.
    fn programs(markdown: &str) -> Vec<String> {
        let mut programs = Vec::new();
        let mut program: Option<String> = None;
        for event in Parser::new_ext(markdown, options()) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    program = Some(String::new());
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    program = is_rust(&info).then(String::new);
                }
                Event::Text(text) => {
                    if let Some(program) = &mut program {
                        program.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => programs.extend(program.take()),
                _ => {}
            }
        }
        programs
    }

    fn is_rust(info: &str) -> bool {
        let words =
            info.split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}' | '(' | ')'));
        let (mut rust, mut other) = (false, false);
        for word in words.filter(|word| !word.is_empty()) {
            match word.trim_start_matches('.') {
                "rust" => rust = true,
                "should_panic" | "no_run" | "ignore" | "custom" | "test_harness"
                | "compile_fail" | "standalone_crate" => {}
                word if word.starts_with("ignore-") || word.starts_with("edition") => {}
                word if word.starts_with('E') && word[1..].parse::<u16>().is_ok() => {}
                _ => other = true,
            }
        }
        rust || !other
    }

    /// HTML, and links that lead elsewhere than to the web.
    fn foreign(markdown: &str) -> Vec<String> {
        // rustdoc resolves words in brackets that nothing defines.
        let broken = |link: pulldown_cmark::BrokenLink<'_>| {
            Some((format!("broken:{}", link.reference).into(), "".into()))
        };
        let parser = Parser::new_with_broken_link_callback(markdown, options(), Some(broken));
        let found = parser.filter_map(|event| match event {
            Event::Html(text) | Event::InlineHtml(text) => Some(text.to_string()),
            Event::Start(Tag::Link {
                link_type: LinkType::Email,
                ..
            }) => None,
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                (!is_web(&dest_url)).then(|| dest_url.to_string())
            }
            Event::FootnoteReference(name) => Some(name.to_string()),
            _ => None,
        });
        found.collect()
    }

    /// Texts that were put together to break out.
    fn nasty() -> impl Strategy<Value = String> {
        let pieces = [
            "```",
            "````",
            "~~~",
            "~~~~",
            "`",
            "``",
            "rust",
            "text",
            "should_panic",
            "ignore",
            "{.rust}",
            "json",
            ",",
            " ",
            "  ",
            "    ",
            "\t",
            "\n",
            "\n\n",
            "\r",
            "\r\n",
            "- ",
            "1. ",
            "> ",
            ">",
            "# ",
            "|",
            "|-|",
            "---",
            "===",
            "***",
            "_",
            "*",
            "\\",
            "[",
            "]",
            "[a]",
            "[a]: ",
            "[^1]",
            "[^1]: ",
            "(crate::x)",
            "(https://a.b)",
            "https://a.b/c",
            "<https://a.b>",
            "<javascript:a>",
            "<b>",
            "</div>",
            "<div>",
            "<!--",
            "-->",
            "<script>",
            "<?",
            "![",
            "&lt;",
            "&#96;",
            "fn main() {}",
            "word",
            "é",
            "\u{202e}",
            "\u{0}",
            "\u{c}",
            "- [ ] ",
            ":",
            ".",
            "\"",
        ];
        proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..24)
            .prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn no_text_is_a_program_or_a_link_into_the_crate(text in nasty()) {
            for safe in [block(&text), line(&text), cell(&text), code(&text)] {
                prop_assert_eq!(programs(&safe), [""; 0], "{}", safe);
                prop_assert_eq!(foreign(&safe), [""; 0], "{}", safe);
                prop_assert!(!safe.contains(|c| crate::characters::is_hidden(c) || c == '\t'));
            }
        }

        /// What is written behind a text is read as it was meant, wherever the text stands.
        #[test]
        fn no_text_reaches_into_what_follows(text in nasty()) {
            let ours = "\n\n# Example\n\n```no_run\nours();\n```\n\nSee [`ours`](crate::ours).";
            let (line, code) = (line(&text), code(&text));
            let alone = block(&text);
            prop_assert!(!line.contains('\n') && !code.contains('\n'));
            for whole in [
                format!("{alone}{ours}"),
                format!("{line}{ours}"),
                format!("{code}{ours}"),
                format!("Client of {line}.{ours}"),
                format!("- 400: {line}\n- 500: `a` {line} `b`{ours}"),
                format!("- {code}: {code} is {code}.{ours}"),
                format!("| a | b |\n|---|---|\n| {} | {} |{ours}", cell(&text), within_cell(&code)),
            ] {
                prop_assert_eq!(programs(&whole), ["ours();\n"], "{}", whole);
                prop_assert_eq!(foreign(&whole), ["crate::ours"], "{}", whole);
            }
        }

        #[test]
        fn a_safe_text_stays_as_it_is(text in nasty()) {
            let safe = block(&text);
            prop_assert_eq!(block(&safe), safe);
        }
    }
}
