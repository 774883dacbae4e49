//! Credentials as requests carry them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header;

use crate::api::Location;
use crate::request::Request;

/// What a request presents: nothing, something that cannot be read and why, or a value.
pub(crate) type Presented<T> = Result<Option<T>, &'static str>;

/// User name and password (RFC 7617).
pub(crate) fn basic(request: &Request) -> Presented<(String, String)> {
    let Some(encoded) = authorization(request, "Basic")? else {
        return Ok(None);
    };
    let no_base64 = |_| "what follows `Basic` is not base64";
    let bytes = STANDARD.decode(encoded).map_err(no_base64)?;
    let text = String::from_utf8(bytes).map_err(|_| "its user name and password are not UTF-8")?;
    let pair = text.split_once(':');
    let (user, password) = pair.ok_or("user name and password have no colon between them")?;
    Ok(Some((user.to_owned(), password.to_owned())))
}

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1).
pub(crate) fn bearer(request: &Request) -> Presented<String> {
    match authorization(request, "Bearer")? {
        Some("") => Err("no token follows `Bearer`"),
        Some(token) if token.contains(' ') => Err("the token has a blank in it"),
        token => Ok(token.map(str::to_owned)),
    }
}

pub(crate) fn api_key(request: &Request, location: Location, name: &str) -> Presented<String> {
    let mut found = match location {
        Location::Header => headers(request, name)?,
        Location::Query => {
            let pairs = request.query_pairs().into_iter();
            let named = pairs.filter(|(own, _)| own == name);
            named.map(|(_, value)| value).collect()
        }
        Location::Cookie => cookies(request, name)?,
        // No API key stands in a path.
        Location::Path => Vec::new(),
    };
    found.retain(|value| !value.is_empty());
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => Err("it stands there more than once"),
    }
}

/// What follows the type of the credentials, if they are of this type.
fn authorization<'a>(request: &'a Request, wanted: &str) -> Presented<&'a str> {
    let mut values = request.headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err("the header stands there more than once");
    }
    let text = value.to_str().map_err(|_| "the header is no plain text")?;
    let text = text.trim();
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    Ok(kind.eq_ignore_ascii_case(wanted).then(|| rest.trim()))
}

fn headers(request: &Request, name: &str) -> Result<Vec<String>, &'static str> {
    let values = request.headers.get_all(name).iter();
    let texts = values.map(|value| match value.to_str() {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(_) => Err("it is no plain text"),
    });
    texts.collect()
}

fn cookies(request: &Request, name: &str) -> Result<Vec<String>, &'static str> {
    let lines = headers(request, header::COOKIE.as_str())?;
    let cookies = lines.iter().flat_map(|line| line.split(';'));
    let named = cookies.filter_map(|cookie| {
        let (own, value) = cookie.trim().split_once('=')?;
        (own == name).then(|| value.trim_matches('"').to_owned())
    });
    Ok(named.collect())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::{api_key, basic, bearer};
    use crate::api::Location;
    use crate::request::Request;

    fn with(headers: &[(&'static str, &str)], query: &str) -> Request {
        let mut request = Request::for_tests("GET", "/", "");
        query.clone_into(&mut request.query);
        for (name, value) in headers {
            request.headers.append(*name, value.parse().unwrap());
        }
        request
    }

    fn authorized(value: &str) -> Request {
        with(&[("authorization", value)], "")
    }

    #[test]
    fn types_are_told_apart_whatever_their_case() {
        assert_eq!(bearer(&authorized("bEARER abc")), Ok(Some("abc".into())));
        assert_eq!(bearer(&authorized("Basic YTpi")), Ok(None));
        let pair = ("a".to_owned(), "b:c".to_owned());
        assert_eq!(basic(&authorized("basic  YTpiOmM=")), Ok(Some(pair)));
        assert_eq!(basic(&with(&[], "")), Ok(None));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (header, why) in [
            ("Basic a:b", "base64"),
            ("Basic YWI=", "colon"),
            ("Basic //8=", "UTF-8"),
        ] {
            assert!(
                basic(&authorized(header)).unwrap_err().contains(why),
                "{header}"
            );
        }
        assert!(bearer(&authorized("Bearer")).is_err());
        assert!(bearer(&authorized("Bearer a b")).is_err());
        let twice = with(
            &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
            "",
        );
        assert!(bearer(&twice).unwrap_err().contains("more than once"));
    }

    #[test]
    fn keys_stand_where_the_document_says() {
        let request = with(
            &[("x-key", "a"), ("cookie", "other=1; sid=\"b\"")],
            "key=c%20d&x=1",
        );
        assert_eq!(
            api_key(&request, Location::Header, "X-Key"),
            Ok(Some("a".into()))
        );
        assert_eq!(
            api_key(&request, Location::Cookie, "sid"),
            Ok(Some("b".into()))
        );
        assert_eq!(
            api_key(&request, Location::Query, "key"),
            Ok(Some("c d".into()))
        );
        assert_eq!(api_key(&request, Location::Query, "sid"), Ok(None));
        assert!(api_key(&with(&[], "k=1&k=2"), Location::Query, "k").is_err());
        assert_eq!(
            api_key(&with(&[("x-key", "")], ""), Location::Header, "x-key"),
            Ok(None)
        );
    }

    proptest! {
        #[test]
        fn every_user_and_password_is_read(user in "[^:]{0,20}", password in "\\PC{0,20}") {
            let pair = STANDARD.encode(format!("{user}:{password}"));
            let read = basic(&authorized(&format!("Basic {pair}")));
            prop_assert_eq!(read, Ok(Some((user, password))));
        }

        #[test]
        fn no_header_is_too_strange(value in "[ -~]{0,40}") {
            let request = with(&[("authorization", &value), ("cookie", &value)], &value);
            let read = (basic(&request), bearer(&request));
            prop_assert!(!matches!(read, (Ok(Some(_)), Ok(Some(_)))));
            let _ = api_key(&request, Location::Cookie, "sid");
            let _ = api_key(&request, Location::Query, "sid");
        }
    }
}
