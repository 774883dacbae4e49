//! `User-Agent`, where the document says what it has to look like (`x-user-agent`).

use http::header;

use super::problems::{Place, Problems};
use crate::request::Request;

const NAME: &str = "User-Agent";

/// Checks the header against the template of the document. What follows after a blank is of others.
pub(super) fn check(request: &Request, problems: &mut Problems<'_>) {
    let model = &problems.spec.model;
    let Some(template) = &model.user_agent else {
        return;
    };
    let place = Place::parameter("header", NAME);
    let example = filled(template, &model.info.version);
    let sent = request.headers.get(header::USER_AGENT);
    match sent.map(|sent| String::from_utf8_lossy(sent.as_bytes())) {
        None => problems.missing(&place, format!("it is required; send such as `{example}`")),
        Some(sent) if !fits(template, &sent) => {
            let what =
                format!("`{sent}` is not of the form `{template}`; send such as `{example}`");
            problems.wrong(&place, what);
        }
        Some(_) => {}
    }
}

/// A value of the form that the document asks for.
pub(crate) fn filled(template: &str, document_version: &str) -> String {
    template
        .replace("{library}", "my-library")
        .replace("{version}", "1.0.0")
        .replace("{document_version}", document_version)
}

/// Whether a text is of a template, each of whose variables stands for one letter or more.
fn fits(template: &str, text: &str) -> bool {
    let (first, mut rest) = fixed(template);
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    while let Some(template) = rest {
        let (literal, after) = fixed(template);
        let Some(letter) = text.chars().next() else {
            return false;
        };
        let beyond = &text[letter.len_utf8()..];
        if after.is_none() {
            let mut ends = beyond.match_indices(literal);
            return ends.any(|(at, _)| is_end(&beyond[at + literal.len()..]));
        }
        // The first that fits leaves the most to those that follow.
        let Some(at) = beyond.find(literal) else {
            return false;
        };
        text = &beyond[at + literal.len()..];
        rest = after;
    }
    is_end(text)
}

/// What a template begins with, and what follows after its first variable.
fn fixed(template: &str) -> (&str, Option<&str>) {
    let variable = template.split_once('{');
    let variable = variable.and_then(|(fixed, rest)| Some((fixed, rest.split_once('}')?.1)));
    variable.map_or((template, None), |(fixed, rest)| (fixed, Some(rest)))
}

fn is_end(text: &str) -> bool {
    text.is_empty() || text.starts_with(' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{filled, fits};

    const TEMPLATE: &str = "Client ({library}, {version})";

    #[test]
    fn only_texts_of_the_form_fit() {
        for good in [
            "Client (my-library, 1.2.3)",
            "Client (a, 1)",
            "Client (a, b, c)",
            "Client (a, 1) reqwest/0.13",
        ] {
            assert!(fits(TEMPLATE, good), "{good}");
        }
        for bad in [
            "",
            "curl/8.5.0",
            "Client",
            "Client (, 1)",
            "Client (a, )",
            "client (a, 1)",
            "Client (a, 1",
            "Client (a, 1)x",
            "My Client (a, 1)",
        ] {
            assert!(!fits(TEMPLATE, bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_filled_in_fits(library in "[!-~]{1,20}", version in "[!-~]{1,20}") {
            let text = format!("Client ({library}, {version})");
            prop_assert!(fits(TEMPLATE, &text), "{}", text);
        }

        #[test]
        fn examples_fit(start in "[A-Za-z]{0,9}", end in "[A-Za-z]{0,9}") {
            let template = format!("{start}{{library}}/{{version}} {end}{{document_version}}");
            prop_assert!(fits(&template, &filled(&template, "2")));
        }
    }
}
