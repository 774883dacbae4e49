//! What members of a name usually hold.

use fake::Fake;
use fake::faker::{address, company, internet, job, lorem, name, phone_number};

use super::dice::Dice;

/// The words of a member name in lower case: `displayName` is `display`, `name`.
pub(crate) fn parts(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut start = true;
    let mut after_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            start = true;
            continue;
        }
        if start || (character.is_uppercase() && after_lower) {
            words.push(String::new());
            start = false;
        }
        after_lower = !character.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words
}

/// A text for a member of this name, where the name says what it holds.
pub(super) fn by_name(member: &str, dice: &mut Dice) -> Option<String> {
    let parts = parts(member);
    let has = |word: &str| parts.iter().any(|part| part == word);
    let last = parts.last()?.as_str();
    let rng = &mut dice.0;
    let text: String = match last {
        "email" | "mail" => internet::en::SafeEmail().fake_with_rng(rng),
        "firstname" | "givenname" => name::en::FirstName().fake_with_rng(rng),
        "lastname" | "surname" | "familyname" => name::en::LastName().fake_with_rng(rng),
        "name" if has("first") || has("given") => name::en::FirstName().fake_with_rng(rng),
        "name" if has("last") || has("family") => name::en::LastName().fake_with_rng(rng),
        "name" if has("full") || has("display") => name::en::Name().fake_with_rng(rng),
        "name" if has("user") || has("login") => internet::en::Username().fake_with_rng(rng),
        "name" if has("company") || has("organization") => {
            company::en::CompanyName().fake_with_rng(rng)
        }
        "author" | "owner" | "assignee" | "organizer" | "speaker" => {
            name::en::Name().fake_with_rng(rng)
        }
        "username" | "login" | "nickname" => internet::en::Username().fake_with_rng(rng),
        "company" | "organization" | "organisation" => {
            company::en::CompanyName().fake_with_rng(rng)
        }
        "phone" | "mobile" | "telephone" | "fax" => {
            format!("+1 555 {}", dice.between(100_0000, 999_9999))
        }
        "city" | "town" => address::en::CityName().fake_with_rng(rng),
        "country" => address::en::CountryName().fake_with_rng(rng),
        "street" => address::en::StreetName().fake_with_rng(rng),
        "zip" | "postcode" | "zipcode" => address::en::ZipCode().fake_with_rng(rng),
        "timezone" => address::en::TimeZone().fake_with_rng(rng),
        "locale" | "language" => (*["en-US", "de-DE", "fr-FR", "en-GB"].as_slice())
            .get(dice.below(4))
            .copied()
            .unwrap_or("en-US")
            .to_owned(),
        "title" | "subject" | "headline" | "name" | "label" => title(dice),
        "position" | "job" => job::en::Title().fake_with_rng(rng),
        "description" | "summary" | "message" | "comment" | "note" | "notes" | "text" | "body"
        | "content" | "bio" => lorem::en::Sentence(5..10).fake_with_rng(rng),
        "url" | "uri" | "href" | "link" | "website" | "homepage" => url(dice),
        "token" | "secret" | "id" | "hash" | "key" | "password" => hexadecimal(24, dice),
        "at" | "date" | "time" => super::moment::date_time(dice),
        _ => return None,
    };
    Some(text)
}

/// Two words, as things are called.
fn title(dice: &mut Dice) -> String {
    let kind: String = company::en::Buzzword().fake_with_rng(&mut dice.0);
    let thing: String = company::en::BsNoun().fake_with_rng(&mut dice.0);
    let text = format!("{kind} {thing}");
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

pub(super) fn word(dice: &mut Dice) -> String {
    lorem::en::Word().fake_with_rng(&mut dice.0)
}

pub(super) fn email(dice: &mut Dice) -> String {
    internet::en::SafeEmail().fake_with_rng(&mut dice.0)
}

pub(super) fn url(dice: &mut Dice) -> String {
    format!("https://www.example.com/{}", word(dice))
}

pub(super) fn phone(dice: &mut Dice) -> String {
    phone_number::en::PhoneNumber().fake_with_rng(&mut dice.0)
}

pub(super) fn hexadecimal(digits: usize, dice: &mut Dice) -> String {
    let digit = |_| char::from_digit(u32::try_from(dice.below(16)).unwrap_or(0), 16);
    (0..digits).filter_map(digit).collect()
}

/// Within which a number of this name usually lies.
pub(super) fn usual_range(member: &str) -> (f64, f64) {
    let parts = parts(member);
    match parts.last().map_or("", String::as_str) {
        "age" => (18.0, 80.0),
        "year" => (2020.0, 2026.0),
        "month" => (1.0, 12.0),
        "day" => (1.0, 28.0),
        "hour" | "hours" => (0.0, 23.0),
        "port" => (1024.0, 49151.0),
        "latitude" | "lat" => (-85.0, 85.0),
        "longitude" | "lng" | "lon" => (-180.0, 180.0),
        "percent" | "percentage" | "progress" | "score" => (0.0, 100.0),
        "ratio" | "probability" | "confidence" => (0.0, 1.0),
        "status" | "code" => (100.0, 599.0),
        "id" => (1000.0, 99_999.0),
        "bytes" | "size" => (100.0, 1_000_000.0),
        _ => (1.0, 100.0),
    }
}
