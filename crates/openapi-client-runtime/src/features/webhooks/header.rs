//! What the headers of a delivery claim: signatures and a timestamp.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::header::HeaderMap;

use super::scheme::{MAC_LENGTH, MacBytes, SignatureEncoding, SignatureScheme, TimestampPlace};
use super::{WebhookError, WebhookErrorKind};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the headers of a delivery claim.
pub(super) struct Claim<'a> {
    /// The timestamp as it was signed, and in seconds since 1970.
    pub(super) timestamp: Option<(&'a str, u64)>,
    /// Every signature that can be read; one of them has to be right.
    pub(super) signatures: Vec<MacBytes>,
}

impl SignatureScheme {
    /// Reads all lines of the signature's header, and the timestamp from where it stands.
    pub(super) fn read<'a>(&self, headers: &'a HeaderMap) -> Result<Claim<'a>, WebhookError> {
        if !headers.contains_key(self.header) {
            return Err(missing(self.header));
        }
        let mut signatures = Vec::new();
        let mut stamps = Vec::new();
        for part in self.parts(headers) {
            match self.timestamp {
                Some(TimestampPlace::Part(prefix)) if part.starts_with(prefix) => {
                    stamps.push(&part[prefix.len()..]);
                }
                _ => signatures.extend(self.signature(part)),
            }
        }
        if signatures.is_empty() {
            return Err(self.unreadable());
        }
        let timestamp = match self.timestamp {
            None => None,
            Some(TimestampPlace::Part(_)) => Some(one_timestamp(self.header, &stamps)?),
            Some(TimestampPlace::Header(name)) => {
                if !headers.contains_key(name) {
                    return Err(missing(name));
                }
                Some(one_timestamp(
                    name,
                    &texts(headers, name).collect::<Vec<_>>(),
                )?)
            }
        };
        Ok(Claim {
            timestamp,
            signatures,
        })
    }

    fn parts<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> + use<'a> {
        let separator = self.separator;
        texts(headers, self.header)
            .flat_map(move |text| text.split(move |c| Some(c) == separator))
            .map(str::trim)
    }

    fn signature(&self, part: &str) -> Option<MacBytes> {
        let digits = match part.strip_prefix(self.prefix) {
            Some(digits) => digits,
            None if self.prefix_required => return None,
            None => part,
        };
        decode(self.encoding, digits)
    }

    fn unreadable(&self) -> WebhookError {
        let form = match self.encoding {
            SignatureEncoding::Hex => "64 hexadecimal digits",
            SignatureEncoding::Base64 => "32 bytes in base64",
        };
        let prefix = match (self.prefix, self.prefix_required) {
            ("", _) => String::new(),
            (prefix, true) => format!(" after `{prefix}`"),
            (prefix, false) => format!(", with or without `{prefix}` before them"),
        };
        let text = format!(
            "the header `{}` holds no signature of the form expected: {form}{prefix}",
            self.header
        );
        WebhookError::new(WebhookErrorKind::MalformedHeader, text)
    }
}

/// Lines of a header that are text at all.
fn texts<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .map(str::trim)
}

fn missing(header: &str) -> WebhookError {
    let text = format!("the delivery has no header `{header}`, so nothing shows where it is from");
    WebhookError::new(WebhookErrorKind::MissingHeader, text)
}

/// Digits only: a sign or a dot would let the same signed bytes be split in two ways.
fn one_timestamp<'a>(header: &str, stamps: &[&'a str]) -> Result<(&'a str, u64), WebhookError> {
    let malformed = |what: &str| {
        let text = format!("the header `{header}` {what}");
        WebhookError::new(WebhookErrorKind::MalformedHeader, text)
    };
    let Some((&first, rest)) = stamps.split_first() else {
        return Err(malformed("holds no timestamp"));
    };
    if rest.iter().any(|other| *other != first) {
        return Err(malformed("holds different timestamps"));
    }
    let digits = first.bytes().all(|byte| byte.is_ascii_digit());
    match first.parse() {
        Ok(seconds) if digits => Ok((first, seconds)),
        _ => Err(malformed("holds no timestamp in whole seconds since 1970")),
    }
}

fn decode(encoding: SignatureEncoding, digits: &str) -> Option<MacBytes> {
    let mut mac = [0; MAC_LENGTH];
    match encoding {
        SignatureEncoding::Hex => hex::decode_to_slice(digits, &mut mac).ok()?,
        // Longer texts are no signature; they need not be decoded to see that.
        SignatureEncoding::Base64 if digits.len() > 44 => return None,
        SignatureEncoding::Base64 => mac = BASE64.decode(digits).ok()?.try_into().ok()?,
    }
    Some(mac)
}

pub(super) fn encode(encoding: SignatureEncoding, mac: &MacBytes) -> String {
    match encoding {
        SignatureEncoding::Hex => hex::encode(mac),
        SignatureEncoding::Base64 => BASE64.encode(mac),
    }
}
