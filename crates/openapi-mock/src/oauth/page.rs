//! The pages that people see. They need no script, and work with a keyboard and a screen reader.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, StatusCode, header};
use sha2::{Digest, Sha256};
use url::{Host, Url};

use crate::refusal::REASON;
use crate::reply::Reply;

const STYLE: &str = "\
body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#f3f4f6;color:#111827}\
main{max-width:32rem;margin:10vh auto;padding:2rem;background:#fff;border-radius:.75rem}\
h1{font-size:1.4rem;margin-top:0}code{overflow-wrap:anywhere}p.note{color:#4b5563;font-size:.9rem}\
button{font:inherit;padding:.6rem 1.6rem;margin-right:.6rem;border-radius:.4rem;border:2px solid #1d4ed8;\
background:#fff;color:#1d4ed8;cursor:pointer}button.yes{background:#1d4ed8;color:#fff}\
button:focus-visible{outline:3px solid #111827;outline-offset:2px}";

/// What the consent page shows.
pub(super) struct Question<'a> {
    pub(super) api: &'a str,
    pub(super) client: &'a str,
    pub(super) user: &'a str,
    /// Scopes and what they mean.
    pub(super) scopes: Vec<(&'a str, &'a str)>,
    /// Where the browser goes afterwards.
    pub(super) target: &'a Url,
    /// Where the form is sent.
    pub(super) action: &'a str,
    pub(super) ticket: &'a str,
}

impl Question<'_> {
    pub(super) fn page(&self) -> Reply {
        let body = format!(
            "<h1>Allow <code>{client}</code> to use {api}?</h1>\
             <p>You are signed in as {user}. This is a mock: nothing real is shared.</p>{scopes}\
             <form method=\"post\" action=\"{action}\">\
             <input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\
             <button class=\"yes\" name=\"decision\" value=\"allow\">Allow</button>\
             <button name=\"decision\" value=\"deny\">Deny</button></form>\
             <p class=\"note\">You will be sent back to <code>{target}</code>.</p>",
            client = escaped(self.client),
            api = escaped(self.api),
            user = escaped(self.user),
            scopes = self.scopes(),
            action = escaped(self.action),
            ticket = escaped(self.ticket),
            target = escaped(self.target.as_str()),
        );
        // Browsers apply this to what the form leads to as well.
        let form_action = format!("'self' {}", source(self.target));
        let title = format!("Allow access to {}?", self.api);
        page(StatusCode::OK, &title, &body, &form_action)
    }

    fn scopes(&self) -> String {
        if self.scopes.is_empty() {
            return "<p>It asks for no particular permission.</p>".to_owned();
        }
        let line = |(name, text): &(&str, &str)| match *text {
            "" => format!("<li><code>{}</code></li>", escaped(name)),
            text => format!("<li><code>{}</code>: {}</li>", escaped(name), escaped(text)),
        };
        let lines: String = self.scopes.iter().map(line).collect();
        format!("<p>It asks for:</p><ul>{lines}</ul>")
    }
}

/// A page for what must not be sent to the application (RFC 6749, section 4.1.2.1).
pub(super) fn problem(title: &str, text: &str) -> Reply {
    let body = format!("<h1>{}</h1><p>{}</p>", escaped(title), marked(text));
    let mut reply = page(StatusCode::BAD_REQUEST, title, &body, "'none'");
    reply.set(REASON, &format!("invalid_request: {text}"));
    reply
}

fn page(status: StatusCode, title: &str, body: &str, form_action: &str) -> Reply {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title>\
         <style>{STYLE}</style></head><body><main>{body}</main></body></html>",
        escaped(title)
    );
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    let mut reply = Reply::with_body(status, "text/html; charset=utf-8", html);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        reply.set(name, value);
    }
    reply
}

/// A URL as a policy names it; the grammar of policies has no IPv6 addresses.
fn source(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(_) | Host::Ipv4(_)) if matches!(url.scheme(), "http" | "https") => {
            url.origin().ascii_serialization()
        }
        _ => format!("{}:", url.scheme()),
    }
}

/// A text that can stand between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A text whose names stand between backticks.
fn marked(text: &str) -> String {
    let text = escaped(text);
    let parts = text
        .split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => part.to_owned(),
            _ => format!("<code>{part}</code>"),
        });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::{Question, marked, problem, source};

    const EVIL: &str = "\"'><script>alert(1)</script>&";

    #[test]
    fn nothing_that_is_shown_becomes_markup() {
        let target = "http://localhost/?%22%3E<script>".parse().unwrap();
        let question = Question {
            api: EVIL,
            client: EVIL,
            user: EVIL,
            scopes: vec![(EVIL, EVIL)],
            target: &target,
            action: EVIL,
            ticket: EVIL,
        };
        for reply in [question.page(), problem(EVIL, EVIL)] {
            let html = String::from_utf8(reply.body.to_vec()).unwrap();
            assert!(!html.contains("<script") && !html.contains("\"'"), "{html}");
            assert!(html.contains("&quot;&#39;&gt;&lt;script&gt;"));
        }
    }

    #[test]
    fn names_look_like_names() {
        assert_eq!(
            marked("`client_id` is <missing>"),
            "<code>client_id</code> is &lt;missing&gt;"
        );
    }

    #[test]
    fn policies_name_where_the_form_leads() {
        for (url, name) in [
            ("http://127.0.0.1:8123/cb?a", "http://127.0.0.1:8123"),
            ("https://app.example.com/cb", "https://app.example.com"),
            ("http://[::1]:8123/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(source(&url.parse().unwrap()), name);
        }
    }
}
