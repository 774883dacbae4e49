//! Files that were uploaded, and come back as they were.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, header};
use openapi_document::model::Type;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::collection::Collection;
use super::handler::{Handler, Outcome, Target};
use crate::answer::Answer;
use crate::call::Upload;
use crate::media;
use crate::sample::words;

/// A file that an item holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct File {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media: Option<String>,
    #[serde(serialize_with = "write", deserialize_with = "read")]
    bytes: Vec<u8>,
}

fn write<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

impl File {
    pub(super) fn of(upload: &Upload) -> Self {
        Self {
            name: upload.file_name.clone(),
            media: upload.media.clone(),
            bytes: upload.bytes.to_vec(),
        }
    }
}

/// What a member of an item says of its file, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Name,
    Media,
    Size,
}

fn says(member: &str) -> Option<Says> {
    let words = words::parts(member);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["filename"] | [.., "file", "name"] => Some(Says::Name),
        [.., "mime" | "media" | "content", "type"] | ["mimetype"] => Some(Says::Media),
        ["size" | "bytes"] | [.., "size"] | ["size", "bytes"] | ["file", "size", ..] => {
            Some(Says::Size)
        }
        _ => None,
    }
}

impl<'a> Handler<'a> {
    /// Lets a new item say of its file what its members are there for.
    pub(super) fn describe_file(&self, collection: &Collection, value: &mut Map<String, Value>) {
        let (Some(upload), Some(schema)) = (self.call.files.first(), &collection.whole) else {
            return;
        };
        let schemas = self.context.api.schemas();
        let known = schemas.properties(schema.id);
        let named = known.keys().any(|member| says(member) == Some(Says::Name));
        for (member, schema) in known {
            let says = match says(member) {
                // What is called a name and nothing else is that of the file.
                None if member == "name" && !named => Some(Says::Name),
                says => says,
            };
            let kind = schemas.kind(schema);
            let said = match (says, kind) {
                (Some(Says::Name), _) => upload.file_name.clone().map(Value::from),
                (Some(Says::Media), _) => upload.media.clone().map(Value::from),
                (Some(Says::Size), Some(Type::Integer | Type::Number)) => {
                    Some(upload.bytes.len().into())
                }
                _ => None,
            };
            value.extend(said.map(|said| (member.to_owned(), said)));
        }
    }

    /// The bytes of an item: those that were uploaded, or what the document shows.
    pub(super) fn download(&mut self, target: &Target<'a>, created: bool) -> Outcome {
        self.find(target, created)?;
        let operation = self.call.operation;
        let Some(item) = self.data.item(&target.at, &target.key) else {
            return Ok(None);
        };
        let mut answer = Answer::status(operation.success());
        let file = item.file.as_ref();
        answer.bytes = file.map(|file| file.bytes.clone().into());
        let response = operation.response(answer.status);
        if let Some(sent) = file.and_then(|file| file.media.as_deref()) {
            let declared = response.into_iter().flat_map(|response| &response.media);
            let fitting = { declared }.find(|media| media::fits(&media.name, sent));
            if let Some(media) = fitting {
                answer.media = Some(media.name.clone());
                answer.headers.push((header::CONTENT_TYPE, sent.to_owned()));
            }
        }
        let headers = response.into_iter().flat_map(|response| &response.headers);
        let named = { headers }.any(|one| one.name.eq_ignore_ascii_case("content-disposition"));
        let name = file
            .and_then(|file| file.name.clone())
            .or_else(|| name_in(&item.value));
        if let Some(name) = name.filter(|_| named) {
            answer.headers.push(disposition(&name));
        }
        Ok(Some(answer))
    }
}

/// The name of the file that the members of an item say.
fn name_in(item: &Value) -> Option<String> {
    let mut members = crate::api::members(item);
    let found = members.find(|(member, _)| says(member) == Some(Says::Name));
    Some(found?.1.as_str()?.to_owned())
}

/// RFC 6266, section 4: the plain form for all, the extended one where the name needs it.
fn disposition(name: &str) -> (HeaderName, String) {
    let plain = |letter: char| match letter {
        '"' | '\\' => '_',
        ' '..='~' => letter,
        _ => '_',
    };
    let fallback: String = name.chars().map(plain).collect();
    let mut text = format!("attachment; filename=\"{fallback}\"");
    if fallback != name {
        let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
        text.push_str(&format!("; filename*=UTF-8''{encoded}"));
    }
    (header::CONTENT_DISPOSITION, text)
}

#[cfg(test)]
mod tests {
    use super::{Says, disposition, says};

    #[test]
    fn members_say_what_they_are_named_after() {
        for name in ["file_name", "fileName", "filename", "original_file_name"] {
            assert!(says(name) == Some(Says::Name), "{name}");
        }
        for name in ["mime_type", "contentType"] {
            assert!(says(name) == Some(Says::Media), "{name}");
        }
        for name in ["size", "size_bytes", "fileSize"] {
            assert!(says(name) == Some(Says::Size), "{name}");
        }
        for name in ["name", "type", "page_size_limit", "file"] {
            assert!(says(name).is_none(), "{name}");
        }
    }

    #[test]
    fn names_of_files_are_written_for_old_and_new_readers() {
        assert_eq!(
            disposition("plan.pdf").1,
            "attachment; filename=\"plan.pdf\""
        );
        assert_eq!(
            disposition("a \"ü\"\r\n.pdf").1,
            "attachment; filename=\"a _____.pdf\"; \
             filename*=UTF-8''a%20%22%C3%BC%22%0D%0A%2Epdf"
        );
    }
}
