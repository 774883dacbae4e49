//! Mock servers over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod replies;
mod requests;
