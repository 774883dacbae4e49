//! A static reference site of `OpenAPI` 3.0 documents, readable without JavaScript.
//!
//! [`Site::of`] makes all files of a site from documents that were opened; [`Site::write`] puts them into a
//! folder, which they replace as a whole or not at all.
//!
//! ```
//! use openapi_docs::{Site, Source};
//! use openapi_document::Document;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("pets.yaml");
//! # std::fs::write(&path, "openapi: 3.0.3
//! # info: {title: Pets, version: 1.0.0}
//! # paths:
//! #   /pets:
//! #     get:
//! #       operationId: list_pets
//! #       responses: {'200': {description: Pets.}}")?;
//! let document = Document::open(&path)?;
//! let site = Site::of(&[Source { name: "pets", document: &document }]);
//! let pages: Vec<_> = site.files().map(|(path, _)| path).collect();
//! assert!(pages.contains(&"pets/operations/list-pets.html"));
//!
//! let written = site.write(&folder.path().join("reference"))?;
//! assert!(written.folder.join("index.html").is_file());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Texts of a document are data from somebody else. Descriptions are `CommonMark`, whose HTML is cleaned;
//! everything else is escaped. Addresses are followed where they are `http`, `https` or `mailto`, and images
//! become links, so that a page asks no other host for anything. Names of files are lower-case words.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod access;
mod address;
mod api;
mod content;
mod curl;
mod error_codes;
mod facts;
mod kind;
mod layout;
mod markdown;
mod origin;
mod page;
mod pages;
mod permissions;
mod retry;
mod sample;
mod search;
mod servers;
mod shape;
mod site;
mod source;
mod tree;
mod usage;
mod view;
mod write;

pub use site::Site;
pub use source::{Source, name_of};
pub use write::{Error, Written};

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
