//! One run of progenitor, its panics caught.

use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Once,
};

use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, Generator};
use serde_json::Value;

/// Why progenitor could not take a document.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub panicked: bool,
    pub message: String,
}

/// What progenitor makes of a document.
pub(crate) fn attempt(
    document: &Value,
    settings: &GenerationSettings,
) -> Result<syn::File, Failure> {
    let fail = |message: String| Failure {
        panicked: false,
        message,
    };
    let openapi: OpenAPI =
        serde_json::from_value(document.clone()).map_err(|error| fail(error.to_string()))?;
    let tokens = quiet_unwind(|| Generator::new(settings).generate_tokens(&openapi))
        .map_err(|message| Failure {
            panicked: true,
            message,
        })?
        .map_err(|error| fail(error.to_string()))?;
    syn::parse2(tokens).map_err(|error| fail(format!("the generated code does not parse: {error}")))
}

thread_local! {
    /// Whether a panic on this thread is about to be caught.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// The message of the panic that was caught last.
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `work`; a panic becomes its message and is not printed.
fn quiet_unwind<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if CATCHING.get() {
                MESSAGE.set(panic_message(info));
            } else {
                previous(info);
            }
        }));
    });
    CATCHING.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(false);
    result.map_err(|_| MESSAGE.take())
}

fn panic_message(info: &std::panic::PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    match info.location() {
        Some(place) => {
            let file = place.file().rsplit('/').next().unwrap_or_default();
            format!("{text} ({file}:{})", place.line())
        }
        None => text,
    }
}
