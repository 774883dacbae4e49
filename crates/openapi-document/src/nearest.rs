//! "Did you mean ...?"

/// Characters beyond which nobody has misspelt a word, and comparing takes long.
const LONGEST: usize = 100;

/// The candidate most like `word`, if one is like enough to be a misspelling of it.
///
/// ```
/// use openapi_document::nearest;
///
/// assert_eq!(nearest("paramters", ["parameters", "paths"]), Some("parameters"));
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    if word.len() > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            let likeness =
                strsim::normalized_damerau_levenshtein(&folded, &candidate.to_lowercase());
            (candidate, likeness)
        })
        .filter(|(_, likeness)| *likeness >= 0.6)
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(candidate, _)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_what_is_like_enough() {
        let words = ["parameters", "requestBody", "responses"];
        assert_eq!(nearest("paramters", words), Some("parameters"));
        assert_eq!(nearest("requestbody", words), Some("requestBody"));
        assert_eq!(nearest("foo", words), None);
        let long = "word".repeat(1_000_000);
        assert_eq!(nearest(&long, [&*long]), None);
    }
}
