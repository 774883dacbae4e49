//! Cookie parameters (RFC 6265).
//!
//! Generated code has no word for a cookie parameter, so it sends each one as a header
//! `openapi-cookie-<name>`; they are gathered into one `Cookie` header before the request leaves.
//! A document that does not know the name of a cookie may declare the whole header as a parameter;
//! then the others follow it.

use http::header::{COOKIE, HeaderMap, HeaderValue};

/// Prefix of the headers that stand for cookie parameters.
const PREFIX: &str = "openapi-cookie-";

/// Moves the cookie parameters of `names` into one `Cookie` header.
pub(crate) fn gather(headers: &mut HeaderMap, names: &[&str]) -> Result<(), String> {
    if let Some(whole) = headers.get_mut(COOKIE) {
        whole.set_sensitive(true);
    }
    for name in names {
        let parameter = format!("{PREFIX}{}", name.to_ascii_lowercase());
        if headers.get_all(&parameter).iter().count() > 1 {
            return Err(format!("the cookie `{name}` has more than one value"));
        }
        if let Some(value) = headers.remove(parameter) {
            add(headers, name, value.as_bytes())?;
        }
    }
    match headers
        .keys()
        .find_map(|own| own.as_str().strip_prefix(PREFIX))
    {
        Some(unknown) => Err(format!("the operation has no cookie `{unknown}`")),
        None => Ok(()),
    }
}

/// Adds one cookie to the `Cookie` header, after checking it against RFC 6265, section 4.1.1.
pub(crate) fn add(headers: &mut HeaderMap, name: &str, value: &[u8]) -> Result<(), String> {
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!(
            "the cookie name `{name}` is not a token (RFC 6265)"
        ));
    }
    if !value.iter().copied().all(is_cookie_octet) {
        return Err(format!(
            "cookie `{name}` holds a character that cookies cannot carry (RFC 6265 allows visible \
             ASCII without quotes, comma, semicolon and backslash); encode the value first"
        ));
    }
    let mut line = match headers.get(COOKIE) {
        Some(earlier) => [earlier.as_bytes(), b"; "].concat(),
        None => Vec::new(),
    };
    line.extend_from_slice(name.as_bytes());
    line.push(b'=');
    line.extend_from_slice(value);
    let mut line = HeaderValue::from_bytes(&line).map_err(|error| error.to_string())?;
    line.set_sensitive(true);
    headers.insert(COOKIE, line);
    Ok(())
}

/// `token` of RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parameters_become_one_header_spelt_as_documented() {
        let mut headers = HeaderMap::new();
        headers.insert("openapi-cookie-theme", HeaderValue::from_static("dark"));
        headers.insert("openapi-cookie-sid", HeaderValue::from_static("31d4=x"));
        gather(&mut headers, &["SID", "absent", "theme"]).unwrap();
        assert_eq!(headers.len(), 1);
        assert_eq!(headers[COOKIE], "SID=31d4=x; theme=dark");
        assert!(headers[COOKIE].is_sensitive());
    }

    #[test]
    fn a_parameter_that_is_the_whole_header_comes_first() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("login=31d4"));
        headers.insert("openapi-cookie-theme", HeaderValue::from_static("dark"));
        gather(&mut headers, &["theme"]).unwrap();
        assert_eq!(headers[COOKIE], "login=31d4; theme=dark");
        headers.insert(COOKIE, HeaderValue::from_static("login=31d4"));
        gather(&mut headers, &[]).unwrap();
        assert_eq!(headers[COOKIE], "login=31d4");
        assert!(headers[COOKIE].is_sensitive());
    }

    #[test]
    fn no_parameter_is_lost() {
        let mut headers = HeaderMap::new();
        headers.append("openapi-cookie-a", HeaderValue::from_static("1"));
        let error = gather(&mut headers.clone(), &["b"]).unwrap_err();
        assert!(error.contains("`a`"), "{error}");
        headers.append("openapi-cookie-a", HeaderValue::from_static("2"));
        assert!(gather(&mut headers, &["a"]).is_err());
    }

    #[test]
    fn other_cookies_cannot_be_smuggled_in() {
        for value in ["a; admin=1", "a\"b", "a b", "a,b", "a\\b", "é"] {
            let error = add(&mut HeaderMap::new(), "SID", value.as_bytes()).unwrap_err();
            assert!(error.contains("`SID`"), "{error}");
            assert!(!error.contains("admin"), "{error}");
        }
        assert!(add(&mut HeaderMap::new(), "a=b", b"x").is_err());
        assert!(add(&mut HeaderMap::new(), "", b"x").is_err());
    }

    proptest! {
        #[test]
        fn what_is_accepted_reads_back(values in prop::collection::vec(("[A-Za-z0-9_-]{1,8}", ".{0,12}"), 1..4)) {
            let mut headers = HeaderMap::new();
            let mut accepted = Vec::new();
            for (name, value) in values {
                if add(&mut headers, &name, value.as_bytes()).is_ok() {
                    accepted.push(format!("{name}={value}"));
                }
            }
            let line = headers.get(COOKIE).map_or("", |line| line.to_str().unwrap());
            let read: Vec<&str> = line.split("; ").filter(|pair| !pair.is_empty()).collect();
            prop_assert_eq!(read, accepted);
        }
    }
}
