//! Rust names for the names of a document.
//!
//! One set of functions names things for the lint and for every stage of generation; the completer holds
//! what came out of the generators against it.

use std::collections::{HashMap, HashSet};

pub(crate) use openapi_document::lint::names::{
    constant_name as shouty, field_name as field, method_name as snake, type_name as pascal,
    variant_name as variant,
};

/// The setter of a field: `new` is what makes a value.
pub(crate) fn setter(field: &str) -> String {
    match field {
        "new" => "new_".to_owned(),
        free => free.to_owned(),
    }
}

/// Variants for all values of an enum, pairwise different.
pub(crate) fn variants(values: &[String]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::with_capacity(values.len());
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut names: Vec<String> = Vec::with_capacity(values.len());
    for value in values {
        let base = variant(value);
        let mut name = base.clone();
        // Counting goes on where it stopped, so that many equal names cost no more than others.
        let number = numbers.entry(base.clone()).or_insert(2);
        while !taken.insert(name.clone()) {
            name = format!("{base}{number}");
            *number += 1;
        }
        names.push(name);
    }
    names
}

/// A short word for a media type, for the names of sibling methods:
/// `text/csv` becomes `csv`, `text/plain` becomes `text`.
pub(crate) fn media_type_word(media_type: &str) -> String {
    let essence = essence(media_type);
    let subtype = essence.rsplit('/').next().unwrap_or(&essence);
    match subtype {
        "plain" => "text".to_owned(),
        "x-www-form-urlencoded" => "form".to_owned(),
        "form-data" => "multipart".to_owned(),
        "octet-stream" | "*" => "bytes".to_owned(),
        other => snake(other),
    }
}

/// The media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_generator() {
        assert_eq!(pascal("get_2fa_message"), "Get2faMessage");
        assert_eq!(pascal("_self"), "Self_");
        assert_eq!(pascal("2fa"), "X2fa");
        assert_eq!(snake("ipWhitelist"), "ip_whitelist");
        assert_eq!(snake("type"), "type_");
        assert_eq!(snake("reverse-query"), "reverse_query");
        assert_eq!(shouty("list_clients"), "LIST_CLIENTS");
    }

    #[test]
    fn variants_of_symbols_stay_apart() {
        let values: Vec<String> = ["+", "-", "", "1", "zipCode", "zipCode+4", "zip_code"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            variants(&values),
            [
                "Plus",
                "Minus",
                "Empty",
                "Value1",
                "ZipCode",
                "ZipCodePlus4",
                "ZipCode2"
            ]
        );
    }

    #[test]
    fn media_types_have_short_words() {
        assert_eq!(media_type_word("text/plain; charset=utf-8"), "text");
        assert_eq!(media_type_word("application/vnd.api+json"), "vnd_api_json");
    }
}
