//! Which media type a client wants (RFC 9110, section 12.5.1).

use std::cmp::Reverse;

use http::{StatusCode, header};

use crate::api::Media;
use crate::media;
use crate::refusal::{Reason, Refusal};
use crate::reply::bodiless;
use crate::request::Request;

/// The `Accept` header of a request.
#[derive(Debug)]
pub(crate) struct Accept {
    /// Empty where everything will do.
    ranges: Vec<Range>,
}

#[derive(Debug)]
struct Range {
    media: String,
    /// Thousandths; 0 is refused.
    quality: u16,
}

impl Accept {
    pub(crate) fn of(request: &Request) -> Self {
        let lines = request.headers.get_all(header::ACCEPT);
        let texts = lines.iter().filter_map(|line| line.to_str().ok());
        let ranges = texts.flat_map(|text| text.split(',')).map(str::trim);
        let ranges = ranges.filter(|range| !range.is_empty()).map(|range| {
            let quality = media::parameter(range, "q");
            Range {
                media: range.to_owned(),
                quality: quality.map_or(1000, |quality| thousandths(&quality)),
            }
        });
        Self {
            ranges: ranges.collect(),
        }
    }

    /// How welcome a media type is, in thousandths; the most specific range counts.
    pub(crate) fn quality(&self, media: &str) -> u16 {
        self.range(media).map_or(0, |(_, quality)| quality)
    }

    /// The place and the quality of the range that counts for a media type.
    fn range(&self, media: &str) -> Option<(usize, u16)> {
        if self.ranges.is_empty() {
            return Some((0, 1000));
        }
        // Declared ranges are concrete in the end, in the way that the client wants.
        let fitting = self.ranges.iter().enumerate().filter_map(|(place, range)| {
            let specificity = media::specificity(&range.media, media).or_else(|| {
                media::specificity(media, &range.media).filter(|_| media.contains('*'))
            })?;
            Some((specificity, Reverse(place), range.quality))
        });
        let (_, Reverse(place), quality) = fitting.max()?;
        Some((place, quality))
    }

    /// The most welcome of these; of equally welcome ones the first that the client names, and of
    /// those the first of the document.
    pub(crate) fn preferred<'a>(
        &self,
        declared: impl IntoIterator<Item = &'a Media>,
    ) -> Option<&'a Media> {
        let welcome = declared.into_iter().filter_map(|media| {
            let (place, quality) = self.range(&media.label)?;
            (quality > 0).then_some((Reverse(quality), place, media))
        });
        let best = welcome.min_by_key(|(quality, place, _)| (*quality, *place));
        best.map(|(_, _, media)| media)
    }

    /// The media type to answer in with a status; none where none is declared. An error is told in
    /// any: better in one that was not asked for than not at all.
    pub(crate) fn negotiated<'a>(
        &self,
        status: StatusCode,
        declared: &[&'a Media],
    ) -> Result<Option<&'a Media>, Refusal> {
        let preferred = self.preferred(declared.iter().copied());
        if preferred.is_some() || declared.is_empty() || bodiless(status) {
            return Ok(preferred);
        }
        if status.as_u16() < 400 {
            let names: Vec<&str> = declared.iter().map(|media| &*media.label).collect();
            return Err(self.refusal(&names));
        }
        Ok(declared.first().copied())
    }

    /// A content type of a declared media type, which may be a range.
    pub(crate) fn concrete(&self, declared: &str) -> String {
        if !declared.contains('*') {
            return declared.to_owned();
        }
        let wanted = self.ranges.iter().find(|range| {
            let concrete = !range.media.contains('*') && range.quality > 0;
            concrete && media::fits(declared, &range.media)
        });
        match (wanted, media::essence(declared).as_str()) {
            (Some(range), _) => media::essence(&range.media),
            (None, "text/*") => "text/plain".to_owned(),
            (None, "image/*") => "image/png".to_owned(),
            (None, "audio/*") => "audio/mpeg".to_owned(),
            (None, "video/*") => "video/mp4".to_owned(),
            (None, _) => "application/octet-stream".to_owned(),
        }
    }

    /// The refusal of a client that takes none of what there is.
    pub(crate) fn refusal(&self, offered: &[&str]) -> Refusal {
        let ranges: Vec<&str> = self.ranges.iter().map(|range| &*range.media).collect();
        let detail = format!(
            "Accept takes {}, this operation answers in {}",
            ranges.join(", "),
            offered.join(", ")
        );
        Refusal::new(Reason::NotAcceptable, detail)
    }
}

/// A weight in thousandths; one that cannot be read counts in full.
fn thousandths(weight: &str) -> u16 {
    match weight.parse::<f32>() {
        // Three digits at most, so that nothing is lost.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0).round() as u16,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};
    use serde_json::{Value, json};

    use super::Accept;
    use crate::api::Api;
    use crate::request::Request;

    fn accept(lines: &[&str]) -> Accept {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("accept", HeaderValue::from_str(line).unwrap());
        }
        Accept::of(&Request {
            method: Method::GET,
            path: "/".to_owned(),
            query: String::new(),
            headers,
            body: Bytes::new(),
            peer: None,
            at_root: false,
        })
    }

    fn preferred(lines: &[&str], declared: &[&str]) -> Option<String> {
        let content = declared.iter().map(|name| ((*name).to_owned(), json!({})));
        let content = content.collect::<Value>();
        let responses = json!({"200": {"content": content}});
        let root = json!({"paths": {"/": {"get": {"responses": responses}}}});
        let api = Api::new(&Arc::new(root));
        let chosen = accept(lines).preferred(&api.operations[0].responses[0].media);
        chosen.map(|media| media.name.clone())
    }

    #[test]
    fn weights_decide_then_the_order_of_the_client_then_that_of_the_document() {
        let both = ["application/json", "text/csv"];
        let choose = |lines: &[&str]| preferred(lines, &both);
        let csv = Some("text/csv".to_owned());
        let json = Some("application/json".to_owned());
        assert_eq!(choose(&[]), json);
        assert_eq!(choose(&["*/*"]), json);
        assert_eq!(choose(&["text/csv, application/json"]), csv);
        assert_eq!(choose(&["application/json;q=0.5, text/*;q=0.8"]), csv);
        assert_eq!(choose(&["application/json;q=0.5", "text/csv"]), csv);
        assert_eq!(choose(&["*/*, application/json;q=0"]), csv);
        assert_eq!(choose(&["application/xml", "text/csv;q=0"]), None);
    }

    #[test]
    fn declared_ranges_become_concrete() {
        assert_eq!(accept(&["image/webp"]).concrete("image/*"), "image/webp");
        assert_eq!(accept(&["*/*"]).concrete("image/*"), "image/png");
        assert!(accept(&["image/webp"]).quality("image/*") > 0);
        assert_eq!(accept(&["text/csv"]).quality("image/*"), 0);
    }
}
