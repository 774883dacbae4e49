//! What an operation needs of whoever calls, beside credentials.

/// Something that whoever calls must have, beside credentials, in the words of the document: one of the
/// features of an API client, or the trust of the vendor.
///
/// A client checks it only once it was told what it has
/// ([`CoreBuilder::granted`](crate::CoreBuilder::granted)). [`Operation`](crate::Operation) has an
/// example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    name: &'static str,
    noun: &'static str,
    any_of: &'static [&'static str],
    remedy: Option<&'static str>,
}

impl Requirement {
    /// The requirement of this name. `noun` completes the sentence "it needs ...", such as `a trusted
    /// application`.
    pub const fn new(name: &'static str, noun: &'static str) -> Self {
        Self {
            name,
            noun,
            any_of: &[],
            remedy: None,
        }
    }

    /// Asks for one of these values; without this, for anything of that name. `noun` then ends in a
    /// word that goes before a value, such as `an API client with feature`.
    #[must_use]
    pub const fn any_of(mut self, values: &'static [&'static str]) -> Self {
        self.any_of = values;
        self
    }

    /// What a caller can do who does not meet it, such as `use the credentials of another API client`.
    #[must_use]
    pub const fn remedy(mut self, remedy: &'static str) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// The name by which a client is told what it has.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The values of which one is enough; empty where any will do.
    pub const fn values(&self) -> &'static [&'static str] {
        self.any_of
    }

    /// Why it is not met by a client that has these values.
    pub(crate) fn unmet<S: AsRef<str>>(&self, has: &[S]) -> Option<String> {
        let has: Vec<&str> = has.iter().map(AsRef::as_ref).collect();
        let is_met = if self.any_of.is_empty() {
            !has.is_empty()
        } else {
            self.any_of.iter().any(|value| has.contains(value))
        };
        if is_met {
            return None;
        }
        let noun = self.noun;
        let needs = match self.any_of {
            [] => format!("it needs {noun}"),
            values => format!("it needs {noun} `{}`", values.join("` or `")),
        };
        let has = match (self.any_of, has.as_slice()) {
            ([], _) => "this client was said to have none".to_owned(),
            (_, []) => "this one was said to have none".to_owned(),
            (_, values) => format!("this one was said to have `{}`", values.join("`, `")),
        };
        let remedy = self.remedy.map(|remedy| format!(": {remedy}"));
        Some(format!("{needs}; {has}{}", remedy.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEATURE: Requirement = Requirement::new("features", "an API client with feature")
        .any_of(&["send", "read"])
        .remedy("use another one");
    const TRUST: Requirement = Requirement::new("trust", "a trusted application");

    #[test]
    fn one_value_is_enough_and_what_is_missing_is_named() {
        assert_eq!(FEATURE.unmet(&["read", "other"]), None);
        assert_eq!(
            FEATURE.unmet(&["other", "more"]).unwrap(),
            "it needs an API client with feature `send` or `read`; this one was said to have `other`, \
             `more`: use another one"
        );
        assert_eq!(
            FEATURE.unmet::<&str>(&[]).unwrap(),
            "it needs an API client with feature `send` or `read`; this one was said to have none: \
             use another one"
        );
    }

    #[test]
    fn without_values_anything_will_do() {
        assert_eq!(TRUST.unmet(&["yes"]), None);
        assert_eq!(
            TRUST.unmet::<&str>(&[]).unwrap(),
            "it needs a trusted application; this client was said to have none"
        );
    }
}
