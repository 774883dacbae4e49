//! What values are made of, whatever is sent or received.

pub(crate) mod one_line;
pub(crate) mod one_time_secret;
pub(crate) mod open_enum;
pub(crate) mod patch;
pub(crate) mod private_file;
pub(crate) mod secret;
pub(crate) mod tagged_union;
pub(crate) mod time;
