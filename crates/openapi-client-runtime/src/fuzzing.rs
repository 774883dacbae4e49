//! What the fuzz targets reach inside the crate. Only cargo-fuzz compiles it.

#![allow(clippy::missing_errors_doc, missing_docs)]

use std::future::pending;

use futures_util::FutureExt;
use reqwest::{Request, Response, Url};
use serde::de::DeserializeOwned;

use crate::call::response::Answer;
use crate::call::trace::Call;
use crate::wire::disposition;
use crate::{Api, CallOptions, Error, Failure, Operation, RawResponse, ResponseValue};

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
        let answer = Answer::receive(response, (api, operation), limit, false, pending()).await;
        let answer = answer.map_err(|failure| failure.of(operation))?;
        let call = Call::start(operation);
        let response = RawResponse::new(answer, operation, url, limit, None, call);
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
        Some(page) => page.apply(api, base, request),
        None => Ok(()),
    }
}
