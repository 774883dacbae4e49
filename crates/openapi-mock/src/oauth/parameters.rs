//! Parameters of OAuth 2.0 requests.

use std::collections::BTreeMap;

use super::error::Error;
use crate::media;
use crate::request::Request;

/// Names and values; none is empty, which counts as missing (RFC 6749, section 3.1).
#[derive(Debug, Default)]
pub(super) struct Parameters {
    values: BTreeMap<String, String>,
    /// Those that stand there more than once, which nothing may (RFC 6749, sections 3.1 and 3.2).
    twice: Vec<String>,
}

impl Parameters {
    /// Those of the query.
    pub(super) fn query(request: &Request) -> Self {
        Self::read(request.query.as_bytes())
    }

    /// Those of a form in the body.
    pub(super) fn form(request: &Request) -> Result<Self, Error> {
        let content_type = request.header("content-type").unwrap_or_default();
        if media::essence(content_type) != "application/x-www-form-urlencoded" {
            let text =
                "the body has to be a form: `Content-Type: application/x-www-form-urlencoded`";
            return Err(Error::invalid_request(text));
        }
        let form = Self::read(&request.body);
        form.each_once()?;
        Ok(form)
    }

    fn read(text: &[u8]) -> Self {
        let mut found = Self::default();
        for (name, value) in form_urlencoded::parse(text).into_owned() {
            if value.is_empty() {
                continue;
            }
            if found.values.insert(name.clone(), value).is_some() {
                found.twice.push(name);
            }
        }
        found
    }

    pub(super) fn each_once(&self) -> Result<(), Error> {
        match self.twice.first() {
            Some(_) => Err(Error::invalid_request(
                "a parameter stands there more than once",
            )),
            None => Ok(()),
        }
    }

    /// Whether it stands there more than once, so that its meaning depends on who reads it.
    pub(super) fn is_twice(&self, name: &str) -> bool {
        self.twice.iter().any(|twice| twice == name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Error> {
        let missing = || Error::invalid_request(format!("`{name}` is missing"));
        self.get(name).ok_or_else(missing)
    }
}
