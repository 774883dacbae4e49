//! Descriptions: `CommonMark` by somebody else, as HTML that is harmless.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use maud::{Markup, PreEscaped};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// Schemes that an address in a document may have.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// What descriptions may hold. Headings are none of it: the headings of a page are its own.
const TAGS: [&str; 35] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "var",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::new();
    cleaner
        .tags(HashSet::from(TAGS))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"));
    cleaner
});

/// A description as blocks.
pub(crate) fn blocks(text: &str) -> Markup {
    let mut inside_link = 0_usize;
    let events = parser(text).map(|event| harmless(event, &mut inside_link));
    let mut unsafe_html = String::new();
    html::push_html(&mut unsafe_html, events);
    PreEscaped(CLEANER.clean(&unsafe_html).to_string())
}

/// The text of a description without its marks, cut at a word.
pub(crate) fn plain(text: &str, longest: usize) -> String {
    let mut plain = String::new();
    for event in parser(text) {
        match event {
            Event::Text(text) | Event::Code(text) => plain.push_str(&text),
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
            Event::End(end) if is_block(end) => plain.push(' '),
            _ => {}
        }
        if plain.len() > longest.saturating_mul(2) {
            break;
        }
    }
    shortened(&plain, longest)
}

/// An address in a document, if a reader may follow it.
pub(crate) fn web_address(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    SCHEMES.contains(&url.scheme()).then(|| url.to_string())
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
}

/// Headings become bold lines, images links: nothing of a description is fetched.
fn harmless<'a>(event: Event<'a>, links: &mut usize) -> Event<'a> {
    match event {
        Event::Start(Tag::Heading { .. }) => Event::Html("<p><strong>".into()),
        Event::End(TagEnd::Heading(_)) => Event::Html("</strong></p>".into()),
        Event::Start(Tag::Link { .. }) => {
            *links += 1;
            event
        }
        Event::End(TagEnd::Link) => {
            *links = links.saturating_sub(1);
            event
        }
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) if *links > 0 => {
            Event::Text("".into())
        }
        Event::Start(Tag::Image {
            dest_url,
            title,
            id,
            ..
        }) => Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url,
            title,
            id,
        }),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        other => other,
    }
}

fn is_block(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::TableCell
            | TagEnd::CodeBlock
    )
}

fn shortened(text: &str, longest: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().count() <= longest {
        return text;
    }
    let cut: String = text.chars().take(longest).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_what_it_says() {
        let html =
            blocks("Use `id`.\n\n# Why\n\n| a | b |\n|---|---|\n| 1 | [x](https://example.com) |")
                .0;
        assert!(html.contains("<code>id</code>"), "{html}");
        assert!(html.contains("<p><strong>Why</strong></p>"), "{html}");
        assert!(html.contains("href=\"https://example.com\""), "{html}");
        assert!(html.contains("<table>"), "{html}");
    }

    #[test]
    fn a_description_cannot_do_anything() {
        let hostile = [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "[x](data:text/html,<script>)",
            "<a href=\"jav&#x61;script:alert(1)\" onclick=alert(1)>x</a>",
            "<img src=x onerror=alert(1)>",
            "<svg><script>alert(1)</script></svg>",
            "<iframe src=//evil.example></iframe>",
            "<style>@import url(//evil.example)</style>",
            "<p style=\"background:url(//evil.example)\" id=main class=x>x</p>",
            "<form action=//evil.example><input></form>",
            "<!--><script>alert(1)</script>-->",
            "</main></body><h1>x</h1>",
            "![x](javascript:alert(1))",
            "[x](//evil.example) [y](/etc/passwd) [z](vbscript:x)",
        ];
        let forbidden = [
            "<script",
            "href=",
            "<img",
            "<svg",
            "<iframe",
            "<style",
            "style=",
            "<form",
            "<input",
            "onclick",
            "onerror",
            "<h1",
            "</main",
            "id=",
            "class=",
            "alert(1)</",
        ];
        for text in hostile {
            let html = blocks(text).0;
            for word in forbidden {
                assert!(!html.contains(word), "{text} became {html}");
            }
        }
    }

    #[test]
    fn images_become_links() {
        let html = blocks("![A picture](https://example.com/x.png)").0;
        assert!(
            html.contains("<a href=\"https://example.com/x.png\""),
            "{html}"
        );
        assert!(
            html.contains(">A picture</a>") && !html.contains("<img"),
            "{html}"
        );
        let html = blocks("[![badge](https://a.example/b.svg)](https://a.example)").0;
        assert_eq!(html.matches("<a ").count(), 1, "{html}");
        assert!(html.contains("badge"), "{html}");
    }

    #[test]
    fn text_is_cut_at_a_word() {
        assert_eq!(
            plain("Lists *all* pets.\n\nSlowly, though.", 100),
            "Lists all pets. Slowly, though."
        );
        assert_eq!(plain("Lists all pets, slowly", 16), "Lists all pets…");
    }

    #[test]
    fn only_addresses_of_the_web_and_of_mail_are_followed() {
        assert_eq!(
            web_address("mailto:a@b.example").as_deref(),
            Some("mailto:a@b.example")
        );
        assert_eq!(
            web_address(" https://a.example/x y").as_deref(),
            Some("https://a.example/x%20y")
        );
        for hostile in [
            "javascript:alert(1)",
            "JAVASCRIPT:x",
            "data:text/html,x",
            "file:///etc",
            "/x",
            "x",
        ] {
            assert_eq!(web_address(hostile), None, "{hostile}");
        }
    }
}
