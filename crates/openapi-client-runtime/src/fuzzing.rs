//! What the fuzz targets reach inside the crate. Only cargo-fuzz compiles it.

#![allow(clippy::missing_errors_doc, missing_docs)]

use std::future::pending;
use std::sync::Arc;

use futures_util::FutureExt;
pub use reqwest;
use reqwest::{Request, Response};
use serde::de::DeserializeOwned;
use url::Url;

use crate::call::response::Received;
use crate::call::scope::Scope;
use crate::wire::disposition;
use crate::{Api, CallOptions, Error, ErrorKind, Failure, Operation, RawResponse, ResponseValue};

pub fn file_name(content_disposition: &[u8]) -> Option<String> {
    disposition::file_name(content_disposition)
}

/// Reads a reply whose body is in memory, as generated code does.
pub fn read<T: DeserializeOwned, E: DeserializeOwned>(
    (api, operation): (&'static Api, &'static Operation),
    url: &Url,
    limit: usize,
    response: Response,
) -> Result<ResponseValue<T>, Error<E>> {
    let read = async {
        let received = Received {
            api,
            operation,
            limit,
            streams: false,
        };
        let late = || Failure::new(ErrorKind::Timeout, "there is no time limit");
        let answer = received.read(response, pending(), late).await;
        let mut answer = answer.map_err(|failure| failure.of(operation))?;
        // Links to further pages are relative to it.
        answer.reply.rare_mut().url = Some(Box::new(url.clone()));
        let scope = Scope::start(operation, &(Arc::new([]) as Arc<[_]>));
        let response = RawResponse::new(answer, limit, None, scope);
        match response.outcome() {
            200..=299 => ResponseValue::from_response(response).await,
            400..=599 => {
                let body = ResponseValue::from_response(response).await?;
                Err(Error::ErrorResponse(body))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    };
    let in_memory = "a body in memory is there at once";
    read.now_or_never().unwrap_or_else(|| panic!("{in_memory}"))
}

/// Turns a request into the one for the page that the options ask for.
pub fn turn_page(
    options: &CallOptions,
    api: &Api,
    base: &Url,
    request: &mut Request,
) -> Result<(), Failure> {
    match options.page() {
        Some(page) => page.apply(api, base, request.url_mut()),
        None => Ok(()),
    }
}
