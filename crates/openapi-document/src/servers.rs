//! The addresses that the server objects of a document stand for.

use iri_string::types::IriStr;
use serde_json::Value;
use url::Url;

use crate::model::{self, Server};
use crate::pointer;

/// An address that a client can call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    /// The URL with a value for each of its variables, and without a slash at its end.
    pub url: String,
    /// What tells the address from those of other servers: the value that was chosen for a variable,
    /// else `x-environment`, else the description.
    pub name: Option<String>,
    /// The variable whose value was chosen.
    pub variable: Option<String>,
}

/// The addresses of a server object: one for each value of its variable with an `enum`, where there
/// is one such variable; otherwise one, with the defaults of all variables. Values that make no
/// address are left out; [`unfit_values`] tells them.
///
/// ```
/// use openapi_document::servers::addresses;
/// use serde_json::json;
///
/// let server = json!({
///     "url": "https://{region}.example.com/{base}",
///     "variables": {
///         "region": {"default": "eu", "enum": ["eu", "us"]},
///         "base": {"default": "v2"},
///     },
/// });
/// let urls: Vec<String> = addresses(&server)?.into_iter().map(|address| address.url).collect();
/// assert_eq!(urls, ["https://eu.example.com/v2", "https://us.example.com/v2"]);
/// assert!(addresses(&json!({"url": "/v2"})).unwrap_err().contains("is relative"));
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
///
/// Why a client cannot call the server, as the end of a sentence that begins with it.
pub fn addresses(server: &Value) -> Result<Vec<ServerAddress>, String> {
    model::server(server).addresses()
}

/// A value of a server variable with which the server cannot be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfitValue {
    /// JSON pointer (RFC 6901) from the server object to the value.
    pub pointer: String,
    /// The value.
    pub value: String,
    /// Why, as the end of a sentence that begins with the server.
    pub reason: String,
}

/// The values of a variable that [`addresses`] leaves out, while others make an address.
///
/// ```
/// use openapi_document::servers::unfit_values;
/// use serde_json::json;
///
/// let server = json!({
///     "url": "https://{region}.example.com",
///     "variables": {"region": {"default": "eu", "enum": ["eu", "us east"]}},
/// });
/// let unfit = unfit_values(&server);
/// assert_eq!((unfit[0].pointer.as_str(), unfit[0].value.as_str()), ("/variables/region/enum/1", "us east"));
/// ```
pub fn unfit_values(server: &Value) -> Vec<UnfitValue> {
    let read = model::server(server);
    let Some((variable, _)) = read.choice() else {
        return Vec::new();
    };
    let listed = server["variables"][variable]["enum"].as_array();
    let listed = listed.into_iter().flatten().enumerate();
    let values: Vec<_> = listed
        .filter_map(|(index, value)| Some((index, value.as_str()?)))
        .collect();
    let unfit: Vec<UnfitValue> = values
        .iter()
        .filter_map(|(index, value)| {
            let reason = filled(&read, Some((variable, value))).err()?;
            let holder = pointer::join("/variables", variable);
            Some(UnfitValue {
                pointer: format!("{holder}/enum/{index}"),
                value: (*value).to_owned(),
                reason,
            })
        })
        .collect();
    if unfit.len() < values.len() {
        unfit
    } else {
        Vec::new()
    }
}

/// The address of a server object with the defaults of all its variables.
///
/// # Errors
///
/// As [`addresses`].
pub fn default_address(server: &Value) -> Result<ServerAddress, String> {
    model::server(server).default_address()
}

impl Server {
    /// The addresses that it stands for: see [`addresses`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn addresses(&self) -> Result<Vec<ServerAddress>, String> {
        let Some((variable, values)) = self.choice() else {
            return Ok(vec![self.default_address()?]);
        };
        let mut found = Vec::new();
        let mut first_reason = None;
        for value in values {
            match filled(self, Some((variable, value))) {
                Ok(url) => found.push(ServerAddress {
                    url,
                    name: Some(value.clone()),
                    variable: Some(variable.to_owned()),
                }),
                Err(reason) => {
                    first_reason.get_or_insert(reason);
                }
            }
        }
        match first_reason {
            Some(reason) if found.is_empty() => Err(reason),
            _ => Ok(found),
        }
    }

    /// Its address with the defaults of all its variables.
    ///
    /// # Errors
    ///
    /// As [`addresses`].
    pub fn default_address(&self) -> Result<ServerAddress, String> {
        let name = self.environment.as_ref().or(self.description.as_ref());
        Ok(ServerAddress {
            url: filled(self, None)?,
            name: name.cloned(),
            variable: None,
        })
    }

    /// The variable that has listed values, if it is the only one.
    fn choice(&self) -> Option<(&str, &[String])> {
        let variables = self.variables.iter();
        let mut listed = variables.filter(|(_, variable)| !variable.values.is_empty());
        let (name, variable) = listed.next()?;
        listed.next().is_none().then_some((name, &variable.values))
    }
}

/// The servers of an operation, where they are others than the document's: its own, else those of
/// its path. An empty list says nothing, as if it were not there.
pub fn own_servers<'a>(root: &'a Value, item: &'a Value, operation: &'a Value) -> &'a [Value] {
    let own = [operation, item]
        .into_iter()
        .map(servers)
        .find(|list| !list.is_empty())
        .unwrap_or_default();
    if is_same(own, servers(root)) {
        &[]
    } else {
        own
    }
}

fn servers(holder: &Value) -> &[Value] {
    holder["servers"].as_array().map_or(&[], Vec::as_slice)
}

/// Whether two lists mean the same addresses. Without a list a document has the server `/`.
fn is_same(one: &[Value], other: &[Value]) -> bool {
    let addressed = |servers: &[Value]| -> Vec<(Value, Value)> {
        let pairs = servers.iter();
        let pairs = pairs.map(|server| (server["url"].clone(), server["variables"].clone()));
        pairs.collect()
    };
    match (one, other) {
        ([only], []) => only["url"] == "/",
        _ => addressed(one) == addressed(other),
    }
}

/// The URL with the chosen value, and the defaults of all other variables.
fn filled(server: &Server, chosen: Option<(&str, &str)>) -> Result<String, String> {
    let template = server.url.as_str();
    let mut url = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| format!("has a `{{` without `}}` in its URL `{template}`"))?;
        let variable = server.variables.get(name);
        let default = variable.map(|variable| variable.default.as_str());
        let value = chosen
            .filter(|(variable, _)| *variable == name)
            .map(|(_, value)| value)
            .or(default)
            .ok_or_else(|| format!("has `{{{name}}}` in its URL, and no such variable"))?;
        url.push_str(before);
        url.push_str(value);
        rest = after;
    }
    url.push_str(rest);
    let url = url.trim_end_matches('/');
    callable(url)?;
    Ok(url.to_owned())
}

fn callable(url: &str) -> Result<(), String> {
    let refused = |reason: &str| Err(format!("{reason}: `{url}`"));
    let Ok(parsed) = IriStr::new(url) else {
        let has_scheme = url.split_once(':').is_some_and(|(scheme, _)| {
            !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric())
        });
        return if has_scheme {
            refused("is no URL")
        } else {
            refused("is relative, and a client does not know where the document lies")
        };
    };
    let scheme = parsed.scheme_str().to_ascii_lowercase();
    let Some(authority) = parsed
        .authority_components()
        .filter(|_| matches!(scheme.as_str(), "https" | "http"))
    else {
        return refused("is neither https:// nor http://");
    };
    if authority.host().is_empty() {
        refused("has no host")
    } else if authority.userinfo().is_some() {
        Err("has a user name or password in its URL".to_owned())
    } else if parsed.query_str().is_some() || parsed.fragment().is_some() {
        refused("has a query or fragment, which paths cannot follow")
    } else if let Err(error) = Url::parse(url) {
        // Clients read it so: a port or an address of numbers can be out of range.
        refused(&format!("is no URL that can be called ({error})"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_called_says_why() {
        for (server, reason) in [
            (json!({"url": "/v1"}), "is relative"),
            (json!({"url": ""}), "is relative"),
            (json!({"url": "//api.example.com"}), "is relative"),
            (json!({"url": "api.example.com"}), "is relative"),
            (json!({"url": "wss://api.example.com"}), "is neither"),
            (json!({"url": "https:///v1"}), "has no host"),
            (json!({"url": "https://api example.com"}), "is no URL"),
            (json!({"url": "https://api.example.com:99999"}), "port"),
            (json!({"url": "https://1.2.3.999"}), "IPv4"),
            (
                json!({"url": "https://a%20b.example.com"}),
                "no URL that can be called",
            ),
            (json!({"url": "https://me@api.example.com"}), "user name"),
            (json!({"url": "https://api.example.com?v=1"}), "has a query"),
            (
                json!({"url": "https://{region}.example.com"}),
                "no such variable",
            ),
            (json!({"url": "https://{region.example.com"}), "without `}`"),
        ] {
            let error = addresses(&server).unwrap_err();
            assert!(error.contains(reason), "{server}: {error}");
        }
    }

    #[test]
    fn several_choices_are_one_address_of_defaults() {
        let server = json!({
            "url": "https://{stage}.{region}.example.com/",
            "description": "Anywhere",
            "variables": {
                "stage": {"default": "live", "enum": ["live", "test"]},
                "region": {"default": "eu", "enum": ["eu", "us"]},
            },
        });
        let address = ServerAddress {
            url: "https://live.eu.example.com".to_owned(),
            name: Some("Anywhere".to_owned()),
            variable: None,
        };
        assert_eq!(addresses(&server), Ok(vec![address]));
    }

    #[test]
    fn the_servers_of_an_operation_come_before_those_of_its_path() {
        let list = |urls: &[&str]| -> Value {
            let servers: Vec<Value> = urls.iter().map(|url| json!({"url": url})).collect();
            json!({"servers": servers})
        };
        let (api, files, path) = (
            "https://api.example",
            "https://files.example",
            "https://x.example",
        );
        for (root, item, operation, own) in [
            (&[api][..], &[][..], &[][..], &[][..]),
            (&[api], &[path], &[], &[path]),
            (&[api], &[path], &[files], &[files]),
            (&[api], &[api], &[], &[]),
            (&[api], &[path], &[api], &[]),
            (&[], &[], &["/"], &[]),
            (&[], &[], &["/", api], &["/", api]),
        ] {
            let (root, item, operation) = (list(root), list(item), list(operation));
            let found: Vec<&str> = own_servers(&root, &item, &operation)
                .iter()
                .filter_map(|server| server["url"].as_str())
                .collect();
            assert_eq!(found, own, "{root} {item} {operation}");
        }
    }

    #[test]
    fn a_value_that_makes_no_url_is_told_apart_from_its_server() {
        let server = |values: &[&str]| {
            json!({
                "url": "https://{a~/b}.example.com:{port}",
                "variables": {"a~/b": {"default": "eu", "enum": values}, "port": {"default": "443"}},
            })
        };
        let mixed = server(&["eu", "us east", "a%20b", "as", "a/b?c"]);
        let urls: Vec<String> = addresses(&mixed)
            .unwrap()
            .into_iter()
            .map(|a| a.url)
            .collect();
        assert_eq!(
            urls,
            ["https://eu.example.com:443", "https://as.example.com:443"]
        );
        let unfit = unfit_values(&mixed);
        let values: Vec<&str> = unfit.iter().map(|unfit| unfit.value.as_str()).collect();
        assert_eq!(values, ["us east", "a%20b", "a/b?c"]);
        for unfit in unfit {
            assert_eq!(mixed.pointer(&unfit.pointer).unwrap(), &unfit.value);
        }
        // Where none is fit, the server itself cannot be called.
        let none = server(&["us east", "a%20b"]);
        assert!(addresses(&none).unwrap_err().contains("is no URL"));
        assert_eq!(unfit_values(&none), []);
    }

    proptest! {
        #[test]
        fn no_url_panics_and_no_variable_is_left(url in "(https://)?[a-z{}:/.@?# -]{0,20}", value in "[a-z]{1,4}") {
            let server = json!({"url": url, "variables": {"a": {"default": value}}});
            if let Ok(found) = addresses(&server) {
                let has_variable = found[0].url.contains(['{', '}']);
                prop_assert!(!has_variable);
                prop_assert!(found[0].url.starts_with("https://"));
            }
        }
    }
}
